"""LeCun, Bottou, Bengio and Haffner (1998): gradient-based learning applied to document recognition, its digits."""
