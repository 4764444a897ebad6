"""Elementary functions, each a forward and its hand-written derivative, in one table (`OPS`)."""

from core.learning.ops.activations import relu, scaled_tanh, sigmoid, tanh
from core.learning.ops.affine import affine
from core.learning.ops.arithmetic import add, multiply, subtract
from core.learning.ops.batch_convolution import batch_convolution
from core.learning.ops.classes import mean_cross_entropy, rows
from core.learning.ops.convolution import convolution
from core.learning.ops.dropout import dropout
from core.learning.ops.elementary import exponential, logarithm, sine
from core.learning.ops.losses import softmax_cross_entropy, squared_error
from core.learning.ops.normalization import response_normalization
from core.learning.ops.pooled_convolution import pooled_convolution
from core.learning.ops.pooling import average_pool, max_pool
from core.learning.ops.shapes import flatten, part
from core.learning.ops.softmax import softmax
from core.learning.ops.table import OPS, Op, op_of, register

__all__ = [
    "OPS",
    "Op",
    "add",
    "affine",
    "average_pool",
    "batch_convolution",
    "convolution",
    "dropout",
    "exponential",
    "flatten",
    "logarithm",
    "max_pool",
    "mean_cross_entropy",
    "multiply",
    "op_of",
    "part",
    "pooled_convolution",
    "register",
    "relu",
    "response_normalization",
    "rows",
    "scaled_tanh",
    "sigmoid",
    "sine",
    "softmax",
    "softmax_cross_entropy",
    "squared_error",
    "subtract",
    "tanh",
]
