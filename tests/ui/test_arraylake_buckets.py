"""Buckets by keys: configured without a secret being seen, made the default, and not deleted while they are used."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.arraylake_stage import OCEAN, at_orgs, catalogue, changes, profile_of
from tests.ui.conftest import Start
from tests.ui.ways import fill_in, find, go
from tui.resources.deck import Deck
from tui.resources.forms import FormInvalid, read_form
from tui.systems.arraylake.resources.bucket_forms import NewBucket

SECRET = "MARKERSECRETKEY"


async def test_a_bucket_is_configured_and_its_secret_is_seen_nowhere(start: Start, deck: Deck, tmp_path: Path) -> None:
    with catalogue(10) as service:
        async with at_orgs(start, deck, profile_of(service, tmp_path), (140, 40)) as driver:
            await go(driver, f"buckets {OCEAN}", "access keys", "yes")
            await driver.press("n")
            await driver.sees("new (buckets)", "secret access key", "AWS role", "R2 API token")
            await fill_in(driver, "winter", "s3://winter-data/arrays", service.state.object_uri, None, None, None)
            await driver.press("tab", "enter", "down", "enter")
            await driver.sees("hmac")
            await driver.press("ctrl+s")
            await driver.sees("hmac needs it")
            await driver.type("AKIDWINTER")
            await driver.press("tab")
            await driver.type(SECRET)
            assert SECRET not in driver.text and "AKIDWINTER" not in driver.text
            await driver.press("ctrl+s")
            await driver.sees("configured winter at s3://winter-data/arrays")
            await find(driver, "winter")
            await driver.press("D")
            await driver.sees(f"new repositories of {OCEAN} go to winter")
            await driver.until(lambda: any("winter" in line and " yes" in line for line in driver.lines), "the default")
            await driver.press("D")
            await driver.sees("it is the default already")
            await driver.press("y")
            await driver.sees('"secret_access_key": "***"')
            assert SECRET not in driver.text and "AKIDWINTER" not in driver.text
            await driver.press("escape", "A")
            await driver.sees("winter", "create")
            await driver.press("y")
            assert SECRET not in driver.text and "AKIDWINTER" not in driver.text
        held = service.state.buckets.by_nickname(OCEAN, "winter")
        assert SECRET in str(dict(held)), "the service has it"


async def test_a_bucket_in_use_is_not_deleted_and_what_uses_it_is_one_key_away(
    start: Start, deck: Deck, tmp_path: Path
) -> None:
    with catalogue() as service:
        async with at_orgs(start, deck, profile_of(service, tmp_path), (80, 24)) as driver:
            await go(driver, f"buckets {OCEAN}", "scratch")
            await find(driver, "scratch")
            await driver.press("ctrl+d")
            await driver.sees("scratch is used by a repository: ")
            assert changes(service) == []
            await driver.press("enter")
            await driver.sees("scratch › bucket-repos", "● online")
            await driver.press("escape", "escape")
            await find(driver, "open-data")
            await driver.press("ctrl+d")
            await driver.sees("what is in the bucket stays", "type its name, open-data:")
            await driver.type("open-data")
            await driver.press("enter")
            await driver.sees("deleted the configuration of open-data")
            assert len(changes(service)) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"uri": "ftp://x"}, "uri"),
        ({"nickname": "x"}, "nickname"),
        ({"region_name": ""}, "region_name"),
        ({"method": "gcp_customer_managed_role"}, "method"),
        ({"method": "r2_customer_managed_role", "endpoint_url": "https://s3.example.com"}, "method"),
        ({"access_key_id": ""}, "access_key_id"),
        ({"tenant_id": "t"}, "tenant_id"),
        ({"uri": "az://container", "method": "azure_credential_delegation"}, "tenant_id"),
    ],
)
def test_the_form_names_the_field_that_is_wrong_and_quotes_no_secret(given: dict[str, str], field: str) -> None:
    good = {
        "nickname": "main",
        "uri": "s3://bucket",
        "region_name": "us-east-1",
        "method": "hmac",
        "access_key_id": SECRET,
        "secret_access_key": SECRET,
    }
    read_form(NewBucket, good)
    with pytest.raises(FormInvalid) as wrong:
        read_form(NewBucket, {**good, **given})
    assert field in wrong.value.problems
    assert SECRET not in str(wrong.value)
