"""Elementary functions, each a forward and its hand-written derivative, in one table (`OPS`)."""

from core.learning.ops.activations import relu, scaled_tanh, sigmoid, tanh
from core.learning.ops.affine import affine
from core.learning.ops.arithmetic import add, multiply, subtract
from core.learning.ops.attention import attention
from core.learning.ops.batch_convolution import batch_convolution
from core.learning.ops.classes import mean_cross_entropy, rows
from core.learning.ops.convolution import convolution
from core.learning.ops.dropout import dropout
from core.learning.ops.elementary import exponential, logarithm, sine
from core.learning.ops.embedding import embedding, linear
from core.learning.ops.gated import swiglu
from core.learning.ops.linked_convolution import linked_convolution
from core.learning.ops.losses import softmax_cross_entropy, squared_error
from core.learning.ops.next_token import next_token_loss
from core.learning.ops.normalization import response_normalization
from core.learning.ops.norms import centred, rms_norm
from core.learning.ops.pooled_convolution import pooled_convolution
from core.learning.ops.pooling import average_pool, max_pool
from core.learning.ops.radial_basis import map_criterion, radial_basis, radial_basis_map
from core.learning.ops.rotary import rotary
from core.learning.ops.shapes import flatten, part
from core.learning.ops.softmax import softmax
from core.learning.ops.subsampling import subsampling
from core.learning.ops.table import OPS, Op, op_of, register
from core.learning.ops.tolerant import tolerant_error

__all__ = [
    "OPS",
    "Op",
    "add",
    "affine",
    "attention",
    "average_pool",
    "batch_convolution",
    "centred",
    "convolution",
    "dropout",
    "embedding",
    "exponential",
    "flatten",
    "linear",
    "linked_convolution",
    "logarithm",
    "map_criterion",
    "max_pool",
    "mean_cross_entropy",
    "multiply",
    "next_token_loss",
    "op_of",
    "part",
    "pooled_convolution",
    "radial_basis",
    "radial_basis_map",
    "register",
    "relu",
    "response_normalization",
    "rms_norm",
    "rotary",
    "rows",
    "scaled_tanh",
    "sigmoid",
    "sine",
    "softmax",
    "softmax_cross_entropy",
    "squared_error",
    "subsampling",
    "subtract",
    "swiglu",
    "tanh",
    "tolerant_error",
]
