"""The store: found, fetched and verified, or refused in one sentence with nothing left behind."""

import gzip
import hashlib
import http.server
import threading

import pytest

from core.datasets import store
from core.errors import BackstoryError

CONTENT = b"6.0 " + b"-1.0 " * 256
FILE = store.DataFile("usps/zip.train.gz", hashlib.sha256(CONTENT).hexdigest(), ())


@pytest.fixture
def one_file(monkeypatch):
    """A data set of one small file, with the mirrors a test gives it."""

    def make(*mirrors):
        file = store.DataFile(FILE.path, FILE.sha256, mirrors)
        monkeypatch.setattr(store, "DATASETS", {"usps": {"train": file}})
        return file

    return make


@pytest.fixture
def server(tmp_path):
    """A web server on this machine for the files of a folder."""
    folder = tmp_path / "www"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{httpd.server_address[1]}/"
        httpd.shutdown()
        thread.join()


def local(monkeypatch, tmp_path, raw):
    path = tmp_path / "data" / FILE.path
    path.parent.mkdir(parents=True)
    path.write_bytes(raw)
    monkeypatch.setenv("BACKSTORY_DATA", str(tmp_path / "data"))
    return path


@pytest.mark.parametrize("level", [1, 9])
def test_a_local_file_is_verified_by_its_content_however_it_was_compressed(monkeypatch, tmp_path, one_file, level):
    one_file()
    local(monkeypatch, tmp_path, gzip.compress(CONTENT, level))
    assert store.read("usps", "train") == CONTENT


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (gzip.compress(CONTENT, mtime=0)[:-9], "damaged or cut short"),
        (b"not gzip at all", "damaged or cut short"),
        (b"", "damaged or cut short"),
        (gzip.compress(b"other digits", mtime=0), "SHA-256"),
    ],
)
def test_a_damaged_or_other_file_is_refused(monkeypatch, tmp_path, one_file, raw, words):
    one_file()
    local(monkeypatch, tmp_path, raw)
    with pytest.raises(BackstoryError, match=words):
        store.read("usps", "train")


def test_an_unreadable_file_is_refused(monkeypatch, tmp_path, one_file):
    one_file()
    (tmp_path / "data" / FILE.path).mkdir(parents=True)
    monkeypatch.setenv("BACKSTORY_DATA", str(tmp_path / "data"))
    with pytest.raises(BackstoryError, match="cannot read the data file"):
        store.read("usps", "train")


def test_a_data_folder_that_does_not_exist_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("BACKSTORY_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(BackstoryError, match="nowhere', which is not a folder"):
        store.read("usps", "train")


def test_a_download_skips_mirrors_that_fail_or_hold_something_else(one_file, server):
    folder, address = server
    (folder / "other.gz").write_bytes(gzip.compress(b"other digits", mtime=0))
    (folder / "right.gz").write_bytes(gzip.compress(CONTENT, 3))
    file = one_file(address + "missing.gz", address + "other.gz", address + "right.gz")
    assert store.read("usps", "train") == CONTENT
    kept = store.cache_folder() / "data" / file.path
    assert store.locate(file) == kept
    assert list(kept.parent.iterdir()) == [kept]


def test_without_network_the_sentence_says_what_from_where_and_where_to_put_it(one_file):
    one_file("http://127.0.0.1:9/zip.train.gz")
    with pytest.raises(BackstoryError) as caught:
        store.read("usps", "train")
    for words in ("usps/zip.train.gz", "http://127.0.0.1:9/zip.train.gz", str(store.cache_folder()), "--preset quick"):
        assert words in str(caught.value)
    assert list((store.cache_folder() / "data" / "usps").iterdir()) == []
