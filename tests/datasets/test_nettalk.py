"""NETtalk's words: coding there and back, the angle rule, scoring against a table worked by hand, bad files."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.datasets import nettalk, phonemes, spelling, store
from core.errors import BackstoryError
from tests.conftest import REAL_DATA

KNOWN = st.sampled_from(phonemes.SYMBOLS), st.sampled_from(phonemes.STRESS_SYMBOLS)


def entry(word="abbot", said="@b-xt", stressed="1<>0<"):
    return nettalk.Entry(word, said, stressed)


def test_the_sizes_of_the_paper():
    assert (nettalk.INPUTS, nettalk.OUTPUTS, nettalk.GROUP) == (203, 26, 29)
    assert phonemes.PHONEME_FEATURES == 21
    assert len(set(phonemes.FEATURES)) == 26


def test_rows_of_the_appendix():
    def features(symbol):
        return {name for name, on in zip(phonemes.FEATURES, phonemes.CODES[phonemes.SYMBOLS.index(symbol)]) if on}  # noqa: B905

    assert features("b") == {"voiced", "front 1", "stop"}
    assert features("W") == {"high", "medium", "tensed", "central 2", "back 1"}
    assert features("-") == {"silent", "elide"}
    same = phonemes.same_code(phonemes.CODES)
    twins = [
        (a, b)
        for k, a in enumerate(phonemes.SYMBOLS)
        for b in phonemes.SYMBOLS[:k]
        if same[k] == same[phonemes.SYMBOLS.index(b)]
    ]
    assert twins == [("J", "G")]  # as in every transcript of the table
    assert len(set(map(tuple, phonemes.STRESS_CODES))) == 6


@given(st.text(nettalk.LETTERS[:26], min_size=1, max_size=20))
def test_windows_there_and_back(word):
    shown = nettalk.windows(word)
    framed = "___" + word + "___"
    assert [nettalk.text(row) for row in shown] == [framed[k : k + 7] for k in range(len(word))]
    x = nettalk.one_hot(shown)
    assert x.shape == (len(word), 203)
    assert (x.reshape(-1, 7, 29).sum(axis=-1) == 1).all()
    np.testing.assert_array_equal(np.sort(np.nonzero(x)[1].reshape(-1, 7), axis=1), np.sort(shown, axis=1))


@given(st.lists(st.tuples(*KNOWN), min_size=1, max_size=12))
def test_phonemes_and_stresses_there_and_back(pairs):
    said, stressed = ("".join(column) for column in zip(*pairs, strict=True))
    coded = nettalk.encode([nettalk.Entry("a" * len(pairs), said, stressed)], "one")
    phonemes, stresses = nettalk.guesses(coded.targets)
    back = "".join(nettalk.SYMBOLS[k] for k in phonemes)
    assert back.replace("J", "G") == said.replace("J", "G")  # these two share a code
    assert "".join(nettalk.STRESS_SYMBOLS[k] for k in stresses) == stressed
    assert nettalk.score(coded.targets, coded).whole == 1.0


def test_the_best_guess_is_the_smallest_angle_and_not_the_nearest_point():
    codes = np.array([[1.0, 0.0], [1.0, 1.0]])
    outputs = np.array([[0.1, 0.0], [0.1, 0.09], [3.0, 1.0], [3.0, 1.5]])
    np.testing.assert_array_equal(phonemes.nearest(outputs, codes), [0, 1, 0, 1])
    # (0.1, 0.09) is nearer to (1, 0) + nothing than to (1, 1) by distance, but its angle is 42 degrees
    assert np.argmin(np.linalg.norm(outputs[1] - codes, axis=1)) == 0
    np.testing.assert_array_equal(phonemes.nearest(7 * outputs, codes), phonemes.nearest(outputs, codes))


def test_scores_worked_by_hand():
    """Two words, seven letters: wrong are phoneme 1 and stresses 1 and 5; letter 6 is right and not perfect."""
    words = nettalk.encode([entry(), entry("an", "@n", "0<")], "two")
    y = words.targets.copy()
    y[1, :21] = phonemes.CODES[phonemes.SYMBOLS.index("p")]
    y[1, 21:] = phonemes.STRESS_CODES[phonemes.STRESS_SYMBOLS.index(">")]
    y[5, 21:] = phonemes.STRESS_CODES[phonemes.STRESS_SYMBOLS.index("1")]
    y[6] *= 0.8
    y[3] += 0.05
    found = nettalk.score(y, words)
    assert found.phoneme == pytest.approx(6 / 7)
    assert found.stress == pytest.approx(5 / 7)
    assert found.letter == pytest.approx(5 / 7)
    assert found.word == pytest.approx(1 / 2)  # "an" is said right
    assert found.whole == 0.0  # and stressed wrong
    assert found.perfect == pytest.approx(5 / 7)  # letters 1 and 6 are not within the margin
    assert found.exact == pytest.approx(4 / 7)  # nor all 26 of letter 5
    # p for b misses "voiced"; > for < misses two; 1 for 0 misses "strong"; letter 6 is off by 0.2, letter 3 by 0.05
    features = int(words.targets[6].sum())
    assert found.error == pytest.approx((1 + 2 + 1 + features * 0.04 + 26 * 0.0025) / (7 * 26))
    both = nettalk.score(np.stack([y, words.targets]), words)
    np.testing.assert_allclose(both.phoneme, [6 / 7, 1.0])


def test_lines_of_the_dictionary():
    lines = b"abbot\t@b-xt\t1<>0<\t0\naweigh\txwe---\t0>1<<<\t0 \n"
    first, second = nettalk.parse(lines)
    assert first == entry()
    assert second.kind == 0
    assert nettalk.parse_list(b"Note (by S. F.):\n words\n****\n\n(THE OF\n AND)\n") == ["the", "of", "and"]


@pytest.mark.parametrize(
    "line", [b"abbot\t@b-xt\t1<>0<", b"abbot\t@b-x\t1<>0<\t0", b"abbot\t@b-xt\t1<>0<\tx", b"abbot\t@b-xt\t1<>3<\t0",
             b"abbot\t@b-%t\t1<>0<\t0", b"ab'ot\t@b-xt\t1<>0<\t0"],
)  # fmt: skip
def test_lines_that_are_refused(line):
    with pytest.raises(BackstoryError, match=r"line 1 of nettalk\.data"):
        nettalk.parse(line)


def test_other_faults_are_told():
    with pytest.raises(BackstoryError, match="list of words in brackets"):
        nettalk.parse_list(b"the of and")
    assert store.DATASETS["nettalk"]["dictionary"].path == "nettalk/nettalk.data"


def test_the_invented_words():
    words = nettalk.load("invented")
    assert len(words) == len(set(spelling.WORDS)) == 721
    assert words.starts[-1] == len(words.windows) == sum(map(len, spelling.WORDS))
    assert spelling.pronounce("knife") == ("-nAf-", ">>1<<")
    assert spelling.pronounce("father") == ("f@T-R-", ">1<>0<")
    for word in spelling.WORDS:
        said, stressed = spelling.pronounce(word)
        assert len(said) == len(stressed) == len(word)
        assert stressed.count("1") == 1, word
    some = words.chosen([3, 1])
    assert [e.word for e in some.entries] == [spelling.WORDS[3], spelling.WORDS[1]]


@pytest.mark.skipif(not REAL_DATA, reason="needs nettalk.data and nettalk.list in $BACKSTORY_DATA")
def test_the_dictionary_itself(monkeypatch):
    monkeypatch.setenv("BACKSTORY_DATA", REAL_DATA)
    nettalk.load.cache_clear()
    everything, dictionary = nettalk.load("entries"), nettalk.load("dictionary")
    common, rest = nettalk.load("common"), nettalk.load("rest")
    assert (len(everything), len(dictionary), len(common), len(rest)) == (20_007, 19_801, 1_000, 18_801)
    assert (len(common.windows), len(dictionary.windows)) == (5_438, 145_647)
    assert common.entries[0] == nettalk.Entry("the", "D-x", ">>0", 0)
    assert not {e.word for e in common.entries} & {e.word for e in rest.entries}
    assert nettalk.score(rest.targets, rest).whole == 1.0
    with pytest.raises(BackstoryError, match="no words named"):
        nettalk.load("nothing")
