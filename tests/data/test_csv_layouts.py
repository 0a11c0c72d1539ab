"""The layouts that are tables: foreign paths, missing columns, missing labels."""

import pytest

from kinora.data.layouts import read
from kinora.errors import DataError, SettingError

HAR = {
    "train/Image_1.jpg": None,
    "train/Image_2.jpg": None,
    "test/Image_1.jpg": None,
    "Training_set.csv": "filename,label\nImage_1.jpg,sitting\nImage_2.jpg,running\n",
    "Testing_set.csv": "filename\nImage_1.jpg\n",
}


@pytest.mark.parametrize("prefix", ["", "Human Action Recognition/"])
def test_har_as_on_kaggle_has_no_test_labels(make_tree, prefix):
    data_set = read(make_tree({prefix + name: text for name, text in HAR.items()}))
    assert (data_set.layout, data_set.kind) == ("csv_images", "image")
    assert data_set.classes == ("running", "sitting")
    assert all(sample.path.parent.name == "train" for sample in data_set.samples)
    assert "Testing_set.csv has no column label, so its 1 files are left out." in data_set.notes


def test_test_images_with_the_names_of_train_images_are_others(make_tree):
    labelled = "filename,label\nImage_1.jpg,running\n"
    data_set = read(make_tree(HAR | {"Testing_set.csv": labelled})).with_split("split")
    [test] = data_set.part("test")
    assert test.path.parent.name == "test"
    assert len(data_set.part("train")) == 2
    assert data_set.protocol == "Training_set.csv and Testing_set.csv split"


@pytest.mark.parametrize(
    "written",
    [
        "/kaggle/input/har/Human Action Recognition/train/Image_1.jpg",
        "C:\\Users\\me\\har\\train\\Image_1.jpg",
        "../somewhere/Image_1.jpg",
        "./train/Image_1.jpg",
    ],
)
def test_foreign_prefixes_are_dropped(make_tree, written):
    text = f"filename,label\n{written},sitting\n"
    [sample] = read(make_tree(HAR | {"Training_set.csv": text})).samples
    assert sample.path.parts[-2:] == ("train", "Image_1.jpg")


def test_groups_csv_brings_groups_and_a_better_split(make_tree):
    groups = "filename,dhash,split\nImage_1.jpg,aa,val\nImage_2.jpg,aa,train\n"
    tree = {
        "images/Image_1.jpg": None,
        "images/Image_2.jpg": None,
        "Training_set.csv": HAR["Training_set.csv"],
        "groups.csv": groups,
    }
    data_set = read(make_tree(tree)).with_split("split")
    assert [sample.split for sample in data_set.samples] == ["val", "train"]
    assert {sample.group for sample in data_set.samples} == {"aa"}
    assert data_set.protocol == "groups.csv split"


def test_a_byte_order_mark_and_blank_lines_do_not_matter(make_tree):
    text = "\ufefffilename,label\r\n\r\nImage_1.jpg, sitting\r\n"
    [sample] = read(make_tree(HAR | {"Training_set.csv": text})).samples
    assert sample.label == "sitting"


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("Training_set.csv", "image,class\na.jpg,run\n", "no column filename; it has image, class"),
        ("Training_set.csv", "filename,class\nImage_1.jpg,run\n", "no column label"),
        ("Training_set.csv", "filename,label\nx.jpg,run\ny.jpg,run\n", "2 of the 2 clips"),
        ("groups.csv", "filename,split\nImage_1.jpg,dev\n", "allowed are train, val, test"),
    ],
)
def test_wrong_tables_are_refused_in_words(make_tree, file, text, sentence):
    with pytest.raises(DataError, match=sentence):
        read(make_tree(HAR | {file: text}))


METADATA = "path,label,group,split1,split2,fold5\n"


def test_metadata_csv(make_tree):
    rows = "run/a.mp4,run,film,train,test,0\nrun/b.mp4,run,film,Validation,,1\n"
    tree = {"run/a.mp4": None, "run/b.mp4": None, "metadata.csv": METADATA + rows}
    data_set = read(make_tree(tree))
    assert data_set.layout == "metadata_csv"
    assert data_set.split_names == ("split1", "split2")
    assert [sample.split for sample in data_set.with_split("split1").samples] == ["train", "val"]
    assert [sample.split for sample in data_set.with_split("split2").samples] == ["test", None]
    assert [sample.split for sample in data_set.with_split("fold-1").samples] == ["train", "test"]
    # Whoever wrote the table made the split; it is not called official.
    assert data_set.with_split("split1").protocol == "metadata.csv split1"


def test_metadata_csv_needs_only_path_and_label(make_tree):
    tree = {"a.jpg": None, "b.jpg": None, "metadata.csv": "path,label\na.jpg,run\nb.jpg,\n"}
    data_set = read(make_tree(tree))
    assert [sample.path.name for sample in data_set.samples] == ["a.jpg"]
    assert not data_set.are_sources_known
    assert data_set.notes == ("1 rows of metadata.csv have no label and are left out.",)


def test_metadata_csv_may_name_files_elsewhere(make_tree):
    elsewhere = make_tree(["clip.mp4"], "elsewhere") / "clip.mp4"
    root = make_tree({"metadata.csv": f"path,label\n{elsewhere},run\n"})
    [sample] = read(root).samples
    assert sample.path == elsewhere


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("file,label\na.mp4,run\n", "no column path; it has file, label"),
        ("", "it has none"),
        ("path,label\n", "No clip was found"),
        ("path,label,split\na.mp4,run,dev\n", "'dev' for a.mp4; allowed are train, val, test"),
        ("path,label\nz.mp4,run\n", "1 of the 1 clips named in metadata.csv"),
    ],
)
def test_wrong_metadata_is_refused_in_words(make_tree, text, sentence):
    root = make_tree(["a.mp4"])
    (root / "metadata.csv").write_text(text)
    with pytest.raises(DataError, match=sentence):
        read(root)


def test_a_split_that_did_not_come_with_the_data_names_those_that_did(make_tree):
    tree = {"a.mp4": None, "metadata.csv": METADATA + "a.mp4,run,g,train,train,3\n"}
    with pytest.raises(SettingError, match="it came with split1, split2, fold-3"):
        read(make_tree(tree)).with_split("split9")
