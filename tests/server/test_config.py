"""Settings: the flag first, then the environment, then the default."""

import argparse
from dataclasses import fields
from pathlib import Path

import pytest

from kinora.errors import SettingError
from kinora.server.config import ServerSettings, add_arguments, from_environment


def parsed(*words: str) -> dict:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return vars(parser.parse_args(words))


def test_every_setting_is_a_flag():
    assert set(parsed()) == {field.name for field in fields(ServerSettings)}


def test_flags_come_before_the_environment_and_that_before_defaults():
    environment = {"KINORA_PORT": "7000", "KINORA_MAX_IN_FLIGHT": "8", "KINORA_DEBUG": "yes"}
    settings = from_environment(parsed("--port", "6000"), environment)
    assert (settings.port, settings.max_in_flight, settings.debug) == (6000, 8, True)
    assert settings.at_once == ServerSettings().at_once


def test_host_and_port_may_be_called_as_hosting_platforms_do():
    assert from_environment(environment={"HOST": "example.org"}).host == "example.org"
    both = {"PORT": "80", "KINORA_PORT": "81"}
    assert from_environment(environment=both).port == 81


def test_lists_and_folders_are_read():
    environment = {"KINORA_ORIGINS": "https://a.org, https://b.org", "KINORA_DATA": "~/kinora"}
    settings = from_environment(environment=environment)
    assert settings.origins == ("https://a.org", "https://b.org")
    assert settings.data == Path.home() / "kinora"
    assert settings.database_address.endswith("/kinora/jobs.sqlite")


@pytest.mark.parametrize(
    "environment",
    [
        {"KINORA_PORT": "many"},
        {"KINORA_PORT": "70000"},
        {"KINORA_AT_ONCE": "0"},
        {"KINORA_MAX_HOURS": "nan"},
        {"KINORA_MAX_PER_MINUTE": "-1"},
        {"KINORA_LOG_FORMAT": "xml"},
        {"KINORA_API_KEY": "geheím"},
    ],
)
def test_impossible_values_are_refused(environment):
    with pytest.raises(SettingError):
        from_environment(environment=environment)


def test_a_wrong_value_is_named_with_its_variable():
    with pytest.raises(SettingError, match="KINORA_MAX_UPLOAD_MB is 'big'"):
        from_environment(environment={"KINORA_MAX_UPLOAD_MB": "big"})
