"""Krizhevsky, Sutskever and Hinton (2012): ImageNet Classification with Deep Convolutional Neural Networks.

Its experiments on CIFAR-10 that two cores can run, and the arithmetic of the net it is known for.
"""
