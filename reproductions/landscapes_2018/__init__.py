"""Landscapes of loss: Goodfellow, Vinyals and Saxe (2015), Dauphin et al. (2014), Li et al. (2018), Welch Labs (2025).

"Walking downhill" is the popular picture of learning; here is where it is right and where it misleads.
"""
