"""LeCun, Bottou, Bengio and Haffner (1998): LeNet-5 and its rivals on the digits of MNIST."""
