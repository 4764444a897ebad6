"""Systems that learned, and what their training took.

Counts of systems are those of Epoch's "Parameter, Compute and Data Trends", snapshot of 18 April 2025, with Epoch's own
basis, some of it speculative; that of the zip-code net is worked out here. Years after 2012 are recalled.
"""

from __future__ import annotations

# (name, year, parameters, operations of training in floating-point operations, basis)
SYSTEMS: tuple[tuple[str, float, float, float, str], ...] = (
    ("Theseus", 1950, 40, 40, ""),
    ("Perceptron Mark I", 1957, 1000, 6.949e5, "read off a chart"),
    ("Samuel's checkers", 1959, 16, 4.284e8, ""),
    ("ADALINE", 1960, 17, 9900, "forward times 3, 100 patterns once"),
    ("Perceptron on an IBM 704", 1960, 1000, 7.2e8, "speculative"),
    ("Neocognitron", 1980, 1140576, 2.281e8, ""),
    ("Family trees", 1986.6, 432, 3.888e8, "1,500 sweeps"),
    ("Back-propagation, Nature", 1986.8, 144, 1.244e8, "parameters implausible"),
    ("NETtalk", 1987, 18629, 2.766e10, ""),
    ("Zip codes", 1989.5, 9760, 6.506e10, "links times 6 times 167,693, worked out here"),
    ("Zip codes, NIPS", 1989.9, 2578, 1.814e11, "speed of the machine times 3 days, halved"),
    ("ALVINN", 1989.95, 36627, 1.055e10, ""),
    ("TD-Gammon", 1992, 25000, 1.823e13, "read off a chart"),
    ("LeNet-5", 1998, 60000, 2.811e12, ""),
    ("NPLM", 2003, 11904264, 1.304e15, ""),
    ("AlexNet", 2012, 6e7, 4.7e17, ""),
    ("GPT-2", 2019, 1.5e9, 1.92e21, ""),
    ("GPT-3", 2020, 1.75e11, 3.14e23, "the paper's table"),
    ("LLaMA 65B", 2023, 6.52e10, 5.5e23, "6 times parameters times tokens"),
    ("Llama 2 70B", 2023, 7e10, 8.1e23, ""),
    ("Llama 3 70B", 2024, 7e10, 7.861e24, ""),
    ("Llama 3.1 405B", 2024, 4.05e11, 3.8e25, "6 times parameters times tokens"),
)
# One training of the symmetry net of Rumelhart, Hinton and Williams (1986), worked out: 17 weights and biases, 6
# operations each, 64 patterns, 1,425 sweeps.
SYMMETRY = ("Symmetry", 6.0 * 17 * 64 * 1425)
# (name, parameters, operations of training, days that it took or None); days as told by LeCun et al. (1989) and by
# Krizhevsky et al. (2012), who say five to six on two graphics cards. Operations of Llama 3.2 1B: 6 N D, worked out.
COSTS: tuple[tuple[str, float, float | None, float | None], ...] = (
    ("city classifier", 6, None, None),
    ("zip codes, 1989", 9760, 6.506e10, 3.0),
    ("AlexNet", 60000000, 4.7e17, 5.5),
    ("Llama 3.2 1B", 1235814400, 6.67e22, None),
    ("Llama 3.1 405B", 405000000000, 3.8e25, None),
)
