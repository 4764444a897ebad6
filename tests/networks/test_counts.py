"""Parameter counts from the papers, and that the networks built really have them."""

import numpy as np
import pytest

from core.networks import dense, zipcode
from core.networks.fully_ordered import fully_ordered


def by_name(layers):
    return {layer.name: (layer.units, layer.connections, layer.parameters) for layer in layers}


def test_the_zipcode_network_of_1989():
    layers = by_name(zipcode.counts())
    assert layers["H1"] == (768, 19_968, 1_068)
    assert layers["H2"] == (192, 38_592, 2_592)
    assert layers["H3"] == (30, 5_790, 5_790)
    assert layers["output"] == (10, 310, 310)
    whole = zipcode.total(zipcode.counts())
    assert (whole.units, whole.connections, whole.parameters) == (1_256, 64_660, 9_760)


def test_the_parameters_built_are_those_counted():
    p = zipcode.init(np.random.default_rng(0), spread=lambda f: 1.0)
    assert sum(value.size for value in p.values()) == 9_760
    control = dense.init(np.random.default_rng(0), zipcode.CONTROL, spread=lambda f: 1.0)
    assert sum(value.size for value in control.values()) == 10_690 == dense.connections(zipcode.CONTROL)


def test_the_network_of_nips_1989():
    whole = zipcode.total(zipcode.nips_counts())
    assert (whole.units, whole.connections, whole.parameters) == (4_635, 98_442, 2_578)
    layers = by_name(zipcode.nips_counts())
    assert [layers[n][1] for n in ("H1", "H2", "H3", "H4", "output")] == [59_904, 2_880, 32_768, 960, 1_930]
    assert [layers[n][2] for n in ("H1", "H2", "H3", "H4", "output")] == [104, 8, 512, 24, 1_930]


def test_multiply_accumulates_of_a_presentation():
    # forward 63,660, to the weights the same, to the inputs 44,460: none is needed for the pixels
    assert zipcode.operations(zipcode.TABLES["blocks"]) == 63_660 + 63_660 + 44_460
    assert dense.operations(zipcode.CONTROL) == 10_640 + 10_640 + 400


@pytest.mark.parametrize("name", ["blocks", "cyclic"])
def test_every_map_of_h2_reads_eight_different_maps_and_every_map_of_h1_is_read(name):
    table = zipcode.TABLES[name]
    assert table.shape == (12, 8)
    assert all(len(set(row)) == 8 for row in table.tolist())
    assert np.bincount(table.ravel(), minlength=12).tolist() == [8] * 12


def test_initial_weights_stay_within_their_fan_in():
    p = zipcode.init(np.random.default_rng(0), spread=lambda f: 2.4 / f)
    for name, fan_in in (("w1", 26), ("w2", 201), ("w3", 193), ("w4", 31)):
        reach = np.abs(p[name]).max()
        assert 0.9 * 2.4 / fan_in < reach <= 2.4 / fan_in
    assert all(np.all(p[name] == 0) for name in ("b1", "b2", "b3", "b4"))


def test_the_same_generator_gives_the_same_network():
    a, b, c = (zipcode.init(np.random.default_rng(s), spread=lambda f: 1.0) for s in (1, 1, 2))
    assert all(np.array_equal(a[name], b[name]) for name in a)
    assert not np.array_equal(a["w1"], c["w1"])


def test_a_fully_ordered_network_reads_everything_before():
    net = fully_ordered(2, 2)
    assert net.reads == ((0,), (0, 1), (0, 1, 2))
    assert net.parameters == (2 + 1) + (3 + 1) + (4 + 1)
    wide = fully_ordered(3, 0, outputs=2)
    assert wide.parameters == 4 * 2
