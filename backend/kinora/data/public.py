"""Public data sets: where their owners offer them, and under which terms."""

from dataclasses import dataclass

from kinora.data.download import Address


@dataclass(frozen=True)
class Archive:
    """One file to download: its name here, its addresses in order, the folder it unpacks to."""

    name: str
    addresses: tuple[Address, ...]
    folder: str = "."


@dataclass(frozen=True)
class PublicData:
    """A public data set.

    Args:
        name: What it is called here.
        page: The owner's page, for people.
        terms: Under which terms it may be used, as far as the owner says.
        archives: What to download.
        needs_kaggle: Whether a Kaggle account may be asked for.
    """

    name: str
    page: str
    terms: str
    archives: tuple[Archive, ...]
    needs_kaggle: bool = False


_UCF = "https://www.crcv.ucf.edu/data/"
_UCF_TERMS = "no licence stated; clips from YouTube, for research"
_DRIVE = "https://drive.usercontent.google.com/download?export=download&confirm=t&id="
_BROWN = "https://serre-lab.clps.brown.edu/wp-content/uploads/2013/10/"

# Checksums are those that torchvision and TensorFlow Datasets state; where there is none, none
# was published. HMDB51's owners moved their files to Google Drive in 2025.
PUBLIC = {
    data.name: data
    for data in (
        PublicData(
            "ucf11",
            "https://www.crcv.ucf.edu/data/UCF_YouTube_Action.php",
            _UCF_TERMS,
            (Archive("UCF11_updated_mpg.rar", (Address(_UCF + "UCF11_updated_mpg.rar"),)),),
        ),
        PublicData(
            "ucf50",
            "https://www.crcv.ucf.edu/data/UCF50.php",
            _UCF_TERMS,
            (Archive("UCF50.rar", (Address(_UCF + "UCF50.rar"),)),),
        ),
        PublicData(
            "ucf101",
            "https://www.crcv.ucf.edu/data/UCF101.php",
            _UCF_TERMS,
            (
                Archive(
                    "UCF101TrainTestSplits-RecognitionTask.zip",
                    (
                        Address(
                            _UCF + "UCF101/UCF101TrainTestSplits-RecognitionTask.zip",
                            "5c0d1a53b8ed364a2ac830a73f405e51bece7d98ce1254fd19ed4a36b224bd27",
                        ),
                    ),
                ),
                Archive(
                    "UCF101.rar",
                    (
                        Address(
                            _UCF + "UCF101/UCF101.rar",
                            "ca8dfadb4c891cb11316f94d52b6b0ac2a11994e67a0cae227180cd160bd8e55",
                        ),
                    ),
                ),
            ),
        ),
        PublicData(
            "hmdb51",
            "https://serre.lab.brown.edu/hmdb51.html",
            "CC BY 4.0 for the collection; the clips are from films and the web",
            (
                Archive(
                    "test_train_splits.rar",
                    (
                        Address(_DRIVE + "1NQxJWJSYWefyNS-LFYCenFih4gRDUPCX"),
                        Address(
                            _BROWN + "test_train_splits.rar",
                            "229c94f845720d01eb3946d39f39292ea962d50a18136484aa47c1eba251d2b7",
                        ),
                    ),
                ),
                Archive(
                    "hmdb51_org.rar",
                    (
                        Address(_DRIVE + "17anw5Oxp7lmp9cMwXPOyOpL5olDLmPpj"),
                        Address(
                            _BROWN + "hmdb51_org.rar",
                            "9e714a0d8b76104d76e932764a7ca636f929fff66279cda3f2e326fa912a328e",
                        ),
                    ),
                    folder="videos",
                ),
            ),
        ),
        PublicData(
            "har",
            "https://www.kaggle.com/datasets/meetnagadia/human-action-recognition-har-dataset",
            "stated on its page on Kaggle",
            (
                Archive(
                    "human-action-recognition-har-dataset.zip",
                    (
                        Address(
                            "https://www.kaggle.com/api/v1/datasets/download/"
                            "meetnagadia/human-action-recognition-har-dataset"
                        ),
                    ),
                ),
            ),
            needs_kaggle=True,
        ),
    )
}
