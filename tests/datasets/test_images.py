"""Images of CIFAR-10 from every form of its files, and patches of photographs; all files here are made by the tests."""

import hashlib
import io
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from core.datasets import image_files, images, store
from core.datasets.image_files import CLASSES, MEMBERS, SIDE
from core.errors import BackstoryError
from tests.conftest import REAL_DATA

COUNTS = (2, 1)


def picture(seed=0, side=SIDE, colours=3):
    shape = (side, side, 3) if colours == 3 else (side, side)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def encoded(pixels, kind="JPEG"):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def entries():
    names = [
        f"{part}/{label}/{number:04d}.jpg"
        for part, count in zip(("train", "test"), COUNTS, strict=True)
        for label in CLASSES
        for number in range(count)
    ]
    return {name: encoded(picture(seed)) for seed, name in enumerate(names)}


def zipped(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_images_of_a_zip_come_by_class_and_number_whatever_their_order_in_the_file():
    files = entries()
    shuffled = dict(sorted(files.items(), key=lambda item: hashlib.md5(item[0].encode()).digest()))
    found = image_files.unpack_zip(zipped(shuffled), "a.zip", COUNTS)
    assert found.shape == (30, SIDE, SIDE, 3)
    for pixels, content in zip(found, files.values(), strict=True):
        np.testing.assert_array_equal(pixels, np.asarray(Image.open(io.BytesIO(content))))


def without(files):
    del files["train/cat/0001.jpg"]


def with_a_class(files):
    files["train/zebra/0000.jpg"] = encoded(picture())


def with_a_part(files):
    files["validation/cat/0000.jpg"] = encoded(picture())


def with_one_more(files):
    files["test/dog/0001.jpg"] = encoded(picture())


def with_another_size(files):
    files["test/frog/0000.jpg"] = encoded(picture(side=28))


def with_grey(files):
    files["test/frog/0000.jpg"] = encoded(picture(colours=1))


def with_a_text(files):
    files["train/ship/0000.jpg"] = b"this is no picture"


def with_half_an_image(files):
    files["train/ship/0000.jpg"] = files["train/ship/0000.jpg"][:400]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without, "a.zip lacks train/cat/0001.jpg; expected are 30 images, not 29"),
        (with_a_class, "a folder 'train/zebra' too many"),
        (with_a_part, "a folder 'validation/cat' too many"),
        (with_one_more, "holds test/dog/0001.jpg too many; expected are 30 images, not 31"),
        (with_another_size, "test/frog/0000.jpg in a.zip has 28x28 pixels, not 32x32"),
        (with_grey, "test/frog/0000.jpg in a.zip is not an image in three colours"),
        (with_a_text, "train/ship/0000.jpg in a.zip is no image or is cut short"),
        (with_half_an_image, "train/ship/0000.jpg in a.zip is no image or is cut short"),
    ],
)
def test_a_zip_with_a_fault_is_refused_in_one_sentence(change, words):
    files = entries()
    change(files)
    with pytest.raises(BackstoryError) as caught:
        image_files.unpack_zip(zipped(files), "a.zip", COUNTS)
    assert words in str(caught.value)
    assert str(caught.value).count(".\n") == 0
    assert str(caught.value).endswith("fetch the file again.")


def test_what_is_no_zip_or_is_damaged_inside_is_refused():
    content = zipped(entries())
    for broken in (b"", b"no zip", content[:-50]):
        with pytest.raises(BackstoryError, match="not a zip archive, or is cut short"):
            image_files.unpack_zip(broken, "a.zip", COUNTS)
    hurt = bytearray(content)
    hurt[200] ^= 0xFF  # inside the first image: its checksum no longer fits
    with pytest.raises(BackstoryError, match=r"train/airplane/0000\.jpg in a\.zip is damaged"):
        image_files.unpack_zip(bytes(hurt), "a.zip", COUNTS)


@pytest.fixture
def small_zip(monkeypatch, tmp_path):
    """A data folder with a zip of 30 images; returns a function that puts another content in its place."""
    path = tmp_path / "data" / "cifar10" / "cifar10-images.zip"
    path.parent.mkdir(parents=True)
    monkeypatch.setenv("BACKSTORY_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(image_files, "COUNTS", COUNTS)
    monkeypatch.setattr(image_files.unpack_zip, "__defaults__", (COUNTS,))

    def put(content, sha256=None):
        path.write_bytes(content)
        file = store.DataFile("cifar10/cifar10-images.zip", sha256 or hashlib.sha256(content).hexdigest(), ())
        monkeypatch.setitem(store.DATASETS, "cifar10", {"images": file})
        images.load.cache_clear()

    yield put
    images.load.cache_clear()


def kept():
    folder = store.cache_folder() / "data" / "cifar10"
    return sorted(folder.iterdir()) if folder.exists() else []


def test_the_zip_is_decoded_once_and_kept(small_zip, monkeypatch):
    small_zip(zipped(entries()))
    data = images.load("cifar10")
    assert data.train_x.shape == (20, SIDE, SIDE, 3)
    assert data.train_x.dtype == np.uint8
    assert data.train_y.tolist() == sorted(2 * list(range(10)))
    assert data.test_y.tolist() == list(range(10))
    assert data.classes == CLASSES
    (file,) = kept()
    assert file.suffix == ".npy"
    images.load.cache_clear()
    monkeypatch.setattr(image_files, "unpack_zip", None)  # it is not called again
    np.testing.assert_array_equal(images.load("cifar10").test_x, data.test_x)


@pytest.mark.parametrize("damage", [b"", b"no array", None])
def test_kept_pixels_that_are_damaged_are_made_again(small_zip, damage):
    small_zip(zipped(entries()))
    data = images.load("cifar10")
    (file,) = kept()
    file.write_bytes(file.read_bytes()[:-1] if damage is None else damage)
    images.load.cache_clear()
    np.testing.assert_array_equal(images.load("cifar10").train_x, data.train_x)


def test_after_a_fault_nothing_half_written_is_left(small_zip, monkeypatch):
    files = entries()
    without(files)
    small_zip(zipped(files))
    with pytest.raises(BackstoryError, match="lacks train/cat"):
        images.load("cifar10")
    assert kept() == []
    small_zip(zipped(entries()), sha256="0" * 64)
    with pytest.raises(BackstoryError, match="SHA-256"):
        images.load("cifar10")
    small_zip(zipped(entries()))

    def full(file, array):
        file.write(b"some")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(BackstoryError, match="No space left"):
        images.load("cifar10")
    assert kept() == []


def test_a_missing_zip_is_told_with_the_place_where_it_belongs(monkeypatch):
    images.load.cache_clear()
    with pytest.raises(BackstoryError) as caught:
        images.load("cifar10")
    for words in ("cifar10/cifar10-images.zip", "no public mirror", str(store.cache_folder()), "--preset quick"):
        assert words in str(caught.value)


def test_a_data_set_of_another_name_is_refused():
    with pytest.raises(BackstoryError, match="known: cifar10, cifar10-binary"):
        images.load("cifar100")


def records(seed, count=3):
    rng = np.random.default_rng(seed)
    return bytes(rng.integers(0, 10, (count, 1), dtype=np.uint8)), rng.integers(
        0, 256, (count, 3, SIDE, SIDE), np.uint8
    )


def batch(seed):
    labels, pixels = records(seed)
    return b"".join(bytes([label]) + one.tobytes() for label, one in zip(labels, pixels, strict=True))


@pytest.fixture
def batches(monkeypatch):
    """Six small files in the place of Krizhevsky's, by name."""
    found = {name: batch(seed) for seed, name in enumerate(MEMBERS)}
    for name, content in found.items():
        monkeypatch.setitem(image_files.MEMBERS, name, hashlib.sha256(content).hexdigest())
    return found


def right(parts):
    train = [records(seed) for seed in range(5)]
    np.testing.assert_array_equal(parts[0], np.concatenate([pixels for _, pixels in train]).transpose(0, 2, 3, 1))
    assert parts[1].tolist() == [label for labels, _ in train for label in labels]
    assert parts[3].tolist() == list(records(5)[0])


@pytest.mark.parametrize("folder", image_files.FOLDERS)
def test_unpacked_binary_files_are_read_and_verified(monkeypatch, tmp_path, batches, folder):
    monkeypatch.setenv("BACKSTORY_DATA", str(tmp_path))
    (tmp_path / folder).mkdir(parents=True)
    for name, content in batches.items():
        (tmp_path / folder / name).write_bytes(content)
    right(image_files.binary())
    (tmp_path / folder / "data_batch_3.bin").write_bytes(batch(9))
    with pytest.raises(BackstoryError, match=r"data_batch_3\.bin is not CIFAR-10's"):
        image_files.binary()
    (tmp_path / folder / "data_batch_3.bin").unlink()
    with pytest.raises(BackstoryError, match=r"lacks data_batch_3\.bin"):
        image_files.binary()


def test_the_archive_is_read_without_being_unpacked(monkeypatch, tmp_path, batches):
    def tarred(names):
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w:gz") as archive:
            for name in names:
                member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
                member.size = len(batches[name])
                archive.addfile(member, io.BytesIO(batches[name]))
        return file.getvalue()

    def put(content):
        (tmp_path / "cifar10").mkdir(exist_ok=True)
        (tmp_path / "cifar10" / "cifar-10-binary.tar.gz").write_bytes(content)
        known = store.DATASETS["cifar10-binary"]["archive"]
        file = store.DataFile(known.path, hashlib.sha256(content).hexdigest(), (), archive=True)
        monkeypatch.setitem(store.DATASETS, "cifar10-binary", {"archive": file})

    monkeypatch.setenv("BACKSTORY_DATA", str(tmp_path))
    put(tarred(batches))
    right(image_files.binary())
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["cifar-10-binary.tar.gz"]
    put(tarred(list(batches)[:-1]))
    with pytest.raises(BackstoryError, match=r"lacks test_batch\.bin"):
        image_files.binary()


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "records of 3,073"), (b"abc", "records of 3,073"), (b"\x0a" + bytes(3072), "above 9")]
)
def test_what_are_no_records_is_refused(content, words):
    with pytest.raises(BackstoryError, match=words):
        image_files.records(content, "data_batch_1.bin")


def test_rows_of_pixels_are_images_and_labels_are_lines():
    pixels = np.random.default_rng(0).integers(0, 256, (4, SIDE * SIDE, 3), dtype=np.uint8)
    found = image_files.rows(encoded(pixels, "PNG"), "rows.png")
    np.testing.assert_array_equal(found, pixels.reshape(4, SIDE, SIDE, 3))
    assert image_files.labels(b"3\n0\n9\n", 3).tolist() == [3, 0, 9]
    with pytest.raises(BackstoryError, match="rows of 32 pixels"):
        image_files.rows(encoded(picture(), "PNG"), "rows.png")
    for wrong in (b"3\n0\n", b"3\n0\n10\n", b"3\n0\n-1\n", b"3\ncat\n2\n"):
        with pytest.raises(BackstoryError, match="3 numbers from 0 to 9"):
            image_files.labels(wrong, 3)


def test_the_embedded_patches_are_of_three_photographs():
    data = images.load("embedded")
    assert data.train_x.shape == (2536, SIDE, SIDE, 3)
    assert data.test_x.shape == (616, SIDE, SIDE, 3)
    assert data.classes == ("temple", "flower", "portrait")
    assert np.bincount(data.train_y).tolist() == [800, 800, 936]
    assert np.bincount(data.test_y).tolist() == [200, 200, 216]


def test_no_pixel_of_a_test_patch_is_in_a_training_patch(monkeypatch):
    numbers = np.arange(96 * 320)
    coded = np.stack([numbers // 65536, numbers // 256 % 256, numbers % 256], axis=-1).astype(np.uint8)
    monkeypatch.setattr(images, "_photographs", lambda: {"a": coded.reshape(96, 320, 3)})
    data = images.embedded()
    seen = [set(map(tuple, part.reshape(-1, 3).tolist())) for part in (data.train_x, data.test_x)]
    assert not seen[0] & seen[1]
    assert len(seen[0]) == 96 * 256
    assert len(seen[1]) == 96 * 64


@pytest.mark.skipif(not REAL_DATA, reason="the files of CIFAR-10 are looked for in $BACKSTORY_DATA")
@pytest.mark.slow
def test_the_copies_show_the_same_images_as_the_originals(monkeypatch):
    monkeypatch.setenv("BACKSTORY_DATA", REAL_DATA)
    images.load.cache_clear()
    images.paired.cache_clear()
    original, copies = images.paired()
    assert original.train_x.shape == copies.train_x.shape == (4000, SIDE, SIDE, 3)
    apart = np.abs(original.train_x.astype(int) - copies.train_x).mean()
    assert 4 < apart < 8
    images.load.cache_clear()
