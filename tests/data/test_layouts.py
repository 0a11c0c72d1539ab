"""Every layout is found by itself on a tiny copy of its real tree, and read right."""

import pytest

from kinora.data.layouts import LAYOUTS, read
from kinora.errors import DataError, SettingError


def by_name(data_set):
    return {sample.path.name: sample for sample in data_set.samples}


UCF11 = [
    "UCF11_updated_mpg/basketball/Annotation/v_shooting_01_01.xgtf",
    "UCF11_updated_mpg/basketball/v_shooting_01/v_shooting_01_01.mpg",
    "UCF11_updated_mpg/basketball/v_shooting_01/v_shooting_01_02.mpg",
    "UCF11_updated_mpg/basketball/v_shooting_25/v_shooting_25_01.mpg",
    "UCF11_updated_mpg/walking/v_walk_dog_01/v_walk_dog_01_01.mpg",
    "UCF11_updated_mpg/walking/v_walk_dog_01/._v_walk_dog_01_01.mpg",
]


@pytest.mark.parametrize("start", [".", "UCF11_updated_mpg"])
def test_ucf11(make_tree, start):
    data_set = read(make_tree(UCF11) / start)
    assert data_set.layout == "ucf11"
    assert data_set.classes == ("basketball", "walking")
    assert len(data_set.samples) == 4
    clips = by_name(data_set)
    assert clips["v_shooting_01_01.mpg"].group == clips["v_shooting_01_02.mpg"].group
    # Group 1 of two classes is two sources, but one published fold.
    assert clips["v_shooting_01_01.mpg"].group != clips["v_walk_dog_01_01.mpg"].group
    assert data_set.fold_names == ("fold-01", "fold-25")
    fold = by_name(data_set.with_split("fold-01"))
    assert fold["v_walk_dog_01_01.mpg"].split == "test"
    assert fold["v_shooting_25_01.mpg"].split == "train"


UCF101 = {
    "UCF-101/HandstandPushups/v_HandStandPushups_g01_c01.avi": None,
    "UCF-101/HandstandPushups/v_HandStandPushups_g08_c01.avi": None,
    "UCF-101/YoYo/v_YoYo_g01_c01.avi": None,
    "UCF-101/YoYo/v_YoYo_g08_c01.avi": None,
    "UCF-101/YoYo/v_YoYo_g08_c02.avi": None,
    "ucfTrainTestlist/classInd.txt": "1 HandstandPushups\r\n2 YoYo\r\n",
    "ucfTrainTestlist/trainlist01.txt": "HandstandPushups/v_HandstandPushups_g08_c01.avi 1\r\n"
    "YoYo/v_YoYo_g08_c01.avi 2\r\nArchery/v_Archery_g08_c01.avi 3\r\n",
    "ucfTrainTestlist/testlist01.txt": "HandstandPushups/v_HandstandPushups_g01_c01.avi\r\n"
    "YoYo/v_YoYo_g01_c01.avi\r\n",
}


@pytest.mark.parametrize("start", [".", "UCF-101"])
def test_ucf101_with_official_lists(make_tree, start):
    data_set = read(make_tree(UCF101) / start)
    assert data_set.layout == "ucf101"
    assert data_set.split_names == ("split1",)
    # A class that was left out on purpose is no missing clip.
    assert data_set.missing == ()
    clips = by_name(data_set.with_split("split1"))
    assert clips["v_HandStandPushups_g01_c01.avi"].split == "test"
    assert clips["v_YoYo_g08_c01.avi"].split == "train"
    assert clips["v_YoYo_g08_c02.avi"].split is None
    assert clips["v_YoYo_g08_c01.avi"].group == clips["v_YoYo_g08_c02.avi"].group
    assert data_set.with_split("split1").protocol == "official split1"


def test_ucf50_has_the_names_but_no_lists(make_tree):
    # UCF50 really misspells Billiards in its file names.
    root = make_tree(
        ["UCF50/Billiards/v_Billards_g01_c01.avi", "UCF50/TaiChi/v_TaiChi_g01_c01.avi"]
    )
    data_set = read(root, "ucf50")
    assert data_set.classes == ("Billiards", "TaiChi")
    assert data_set.split_names == ()
    assert data_set.samples == read(root).samples


def test_ucf101_as_on_kaggle(make_tree):
    head = "clip_name,clip_path,label\n"
    data_set = read(
        make_tree(
            {
                "train/Swing/v_Swing_g05_c02.avi": None,
                "train/YoYo/v_YoYo_g05_c02.avi": None,
                "val/Swing/v_Swing_g09_c01.avi": None,
                "test/Swing/v_Swing_g01_c01.avi": None,
                "train.csv": head + "v_Swing_g05_c02,/train/Swing/v_Swing_g05_c02.avi,Swing\n"
                "v_YoYo_g05_c02,YoYo/v_YoYo_g05_c02.avi,1\n",
                "val.csv": head + "v_Swing_g09_c01,/val/Swing/v_Swing_g09_c01.avi,Swing\n",
                "test.csv": head + "v_Swing_g01_c01,/test/Swing/v_Swing_g01_c01.avi,Swing\n",
            }
        )
    )
    assert data_set.layout == "ucf101_kaggle"
    clips = by_name(data_set.with_split("split"))
    assert {name: (clip.label, clip.split) for name, clip in clips.items()} == {
        "v_Swing_g05_c02.avi": ("Swing", "train"),
        "v_YoYo_g05_c02.avi": ("YoYo", "train"),
        "v_Swing_g09_c01.avi": ("Swing", "val"),
        "v_Swing_g01_c01.avi": ("Swing", "test"),
    }
    assert clips["v_Swing_g05_c02.avi"].group == "v_Swing_g05"


HMDB51_CLIPS = [
    "brush_hair/April_09_brush_hair_u_nm_np1_ba_goo_0",
    "brush_hair/April_10_brush_hair_u_nm_np1_ba_goo_1",
    "brush_hair/A.Film_brush_hair_h_cm_np1_fr_med_0",
    "wave/20060723sfjffbartsinger_wave_f_cm_np1_ba_med_0",
]
HMDB51_LISTS = {
    "splits/brush_hair_test_split1.txt": "April_09_brush_hair_u_nm_np1_ba_goo_0.avi 1 \n"
    "April_10_brush_hair_u_nm_np1_ba_goo_1.avi 2 \nA.Film_brush_hair_h_cm_np1_fr_med_0.avi 0 \n",
    "splits/wave_test_split1.txt": "20060723sfjffbartsinger_wave_f_cm_np1_ba_med_0.avi 2 \n",
    "splits/brush_hair_test_split2.txt": "A.Film_brush_hair_h_cm_np1_fr_med_0.avi 1 \n",
}


@pytest.mark.parametrize("clip", ["{}.avi", "{}/frame_0001.jpg"])
def test_hmdb51_as_videos_and_as_frames(make_tree, clip):
    clips = ["videos/" + clip.format(name) for name in HMDB51_CLIPS]
    data_set = read(make_tree(dict.fromkeys(clips) | HMDB51_LISTS))
    assert (data_set.layout, data_set.kind) == ("hmdb51", "video")
    assert data_set.split_names == ("split1", "split2")
    split = [sample.split for sample in data_set.with_split("split1").samples]
    assert sorted(split, key=str) == [None, "test", "test", "train"]
    # April_09 and April_10 are one film.
    assert [sample.group for sample in data_set.samples].count("april") == 2
    assert all(sample.path.exists() for sample in data_set.samples)


def test_a_clip_that_every_list_of_hmdb51_names_is_missing_once(make_tree):
    tree = dict.fromkeys(f"{name}.avi" for name in HMDB51_CLIPS) | HMDB51_LISTS
    line = "gone_brush_hair_u_nm_np1_ba_goo_0.avi 1\n"
    for number in (1, 2):
        tree[f"splits/brush_hair_test_split{number}.txt"] += line
    data_set = read(make_tree(tree))
    assert data_set.missing == ("brush_hair/gone_brush_hair_u_nm_np1_ba_goo_0.avi",)
    assert data_set.notes[0].startswith("1 of the 5 clips named in the official lists")


def test_hmdb51_without_its_lists_is_known_by_its_names(make_tree):
    data_set = read(make_tree([f"{name}.avi" for name in HMDB51_CLIPS]))
    assert data_set.layout == "hmdb51"
    assert data_set.split_names == ()
    assert [sample.group for sample in data_set.samples].count("april") == 2


def test_hmdb51_as_frames_in_part_folders(make_tree):
    clips = [
        f"{part}/{name}"
        for part, name in zip(("train", "train", "val", "train"), HMDB51_CLIPS, strict=True)
    ]
    data_set = read(make_tree([f"{clip}/frame_0001.jpg" for clip in clips]))
    assert data_set.layout == "frame_folders"
    assert data_set.are_sources_known
    groups = {sample.path.name: sample.group for sample in data_set.with_split("folders").samples}
    assert groups["April_10_brush_hair_u_nm_np1_ba_goo_1"] == "april"
    assert groups["A.Film_brush_hair_h_cm_np1_fr_med_0"] == "a_film"


@pytest.mark.parametrize(
    ("layout", "kind", "clips"),
    [
        ("video_folders", "video", ["{}/2.mp4", "{}/10.MOV", "{}/notes.txt"]),
        ("frame_folders", "video", ["{}/2/frame_0001.jpg", "{}/10/frame_0001.jpg"]),
        ("image_folders", "image", ["{}/2.png", "{}/10.jpg"]),
    ],
)
@pytest.mark.parametrize("prefix", ["", "train/"])
def test_plain_folders(make_tree, layout, kind, clips, prefix):
    entries = [prefix + clip.format(label) for label in ("run", "walk") for clip in clips]
    data_set = read(make_tree(entries))
    assert (data_set.layout, data_set.kind) == (layout, kind)
    assert data_set.classes == ("run", "walk")
    assert [sample.path.stem for sample in data_set.samples] == ["2", "10"] * 2
    assert data_set.split_names == (("folders",) if prefix == "train/" else ())
    assert not data_set.are_sources_known
    assert "near-duplicates" in data_set.notes[0]


@pytest.mark.parametrize("prefix", ["", "outer/"])
def test_clips_of_ucf101_in_part_folders_are_all_read(make_tree, prefix):
    clips = ["train/YoYo/v_YoYo_g08_c01.avi", "test/YoYo/v_YoYo_g01_c01.avi"]
    data_set = read(make_tree([prefix + clip for clip in clips])).with_split("folders")
    assert {sample.group: sample.split for sample in data_set.samples} == {
        "v_YoYo_g08": "train",
        "v_YoYo_g01": "test",
    }


def test_an_outer_folder_may_be_named(make_tree):
    data_set = read(make_tree(["outer/run/1.mp4", "outer/walk/1.mp4"]))
    assert data_set.classes == ("run", "walk")


def test_video_folders_take_the_source_from_names_that_carry_it(make_tree):
    data_set = read(make_tree(["run/v_run_g01_c01.mp4", "run/other.mp4"]), "video_folders")
    assert data_set.are_sources_known
    assert {sample.group for sample in data_set.samples} == {"v_run_g01", "run/other.mp4"}


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_wrong_layout_says_what_was_looked_for_and_what_is_there(make_tree, layout):
    root = make_tree(["notes/readme.txt", "poem.txt"])
    with pytest.raises(DataError, match=r"looked for .*; the folder holds notes/, poem\.txt"):
        read(root, layout)


def test_a_folder_that_fits_nothing_names_every_layout(make_tree):
    with pytest.raises(DataError) as caught:
        read(make_tree(["loose.mp4"]))
    assert all(adapter.NAME in str(caught.value) for adapter in LAYOUTS.values())
    assert "loose.mp4" in str(caught.value)


def test_unknown_layout_names_the_known(make_tree):
    with pytest.raises(SettingError, match="video_folders"):
        read(make_tree(["a/b.mp4"]), "kinetics")


def test_empty_missing_and_file(tmp_path):
    with pytest.raises(DataError, match="is empty"):
        read(tmp_path)
    with pytest.raises(DataError, match="does not exist"):
        read(tmp_path / "nowhere")
    (tmp_path / "clip.mp4").touch()
    with pytest.raises(DataError, match="is a file"):
        read(tmp_path / "clip.mp4")


def test_a_few_missing_clips_are_named_and_counted(make_tree):
    tree = dict(UCF101)
    del tree["UCF-101/YoYo/v_YoYo_g01_c01.avi"]
    data_set = read(make_tree(tree))
    assert data_set.missing == ("YoYo/v_YoYo_g01_c01.avi",)
    assert data_set.notes == (
        "1 of the 2 clips named in testlist01.txt are not there: YoYo/v_YoYo_g01_c01.avi.",
    )


def test_mostly_missing_clips_are_the_wrong_lists(make_tree):
    lost = "".join(f"YoYo/v_YoYo_g{number:02}_c01.avi 2\n" for number in range(10, 18))
    tree = UCF101 | {"ucfTrainTestlist/trainlist01.txt": lost}
    with pytest.raises(DataError, match=r"8 of the 8 clips .* and 3 more\. Unpack"):
        read(make_tree(tree))
