"""Every error that Kinora raises on purpose, as one tree.

KinoraError
├── MediaError
│   ├── UnsupportedMediaError   the bytes are no video and no image that we read
│   ├── NoPictureError          media, but without a picture (sound only)
│   ├── UndecodableError        a picture was promised, but no frame of it can be decoded
│   └── MediaTooLargeError      more pixels, bytes, seconds or frames than allowed
├── DataError                   a data set that cannot be used as it is
├── ModelError                  a model, bundle or weight file that cannot be used as it is
├── TrainingError               a training that cannot start or go on
├── BusyError                   no room for more work right now
├── RequestError                an HTTP request that cannot be answered as it is
└── SettingError                an option or environment variable with an impossible value

A message says what is wrong, what is allowed and what to do. `code` is the same thing for programs.
"""


class KinoraError(Exception):
    """Base of all errors that Kinora raises on purpose."""

    code = "kinora_error"


class MediaError(KinoraError):
    """A file, upload or frame that cannot be read."""

    code = "media_error"


class UnsupportedMediaError(MediaError):
    """The bytes are no video and no image that we read."""

    code = "unsupported_media"


class NoPictureError(MediaError):
    """The bytes are media, but there is no picture in them."""

    code = "no_picture"


class UndecodableError(MediaError):
    """A picture was promised, but no frame of it can be decoded."""

    code = "undecodable"


class MediaTooLargeError(MediaError):
    """More pixels, bytes, seconds or frames than allowed."""

    code = "too_large"


class DataError(KinoraError):
    """A data set that cannot be used as it is."""

    code = "data_error"


class ModelError(KinoraError):
    """A model, bundle or weight file that cannot be used as it is."""

    code = "model_error"


class TrainingError(KinoraError):
    """A training that cannot start or go on."""

    code = "training_error"


class BusyError(KinoraError):
    """There is no room for more work right now; try again later."""

    code = "busy"


class RequestError(KinoraError):
    """An HTTP request that cannot be answered as it is.

    Args:
        message: What is wrong, what is allowed, what to do.
        code: The same for programs.
        status: The HTTP status.
    """

    code = "bad_request"

    def __init__(self, message: str, code: str = "bad_request", status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status


class SettingError(KinoraError):
    """An option or environment variable with an impossible value."""

    code = "setting_error"
