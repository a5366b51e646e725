"""What a person does again and again in every system's lists: go to one, find a row, fill in a form."""

from __future__ import annotations

from textual import events

from tests.ui.driver import Driver


async def paste(driver: Driver, text: str) -> None:
    """Paste a text into what is focused, as a terminal does: one event, where typing is one a letter."""
    driver.app.post_message(events.Paste(text))
    await driver.pilot.pause()


async def go(driver: Driver, place: str, *seen: str) -> None:
    """Go to a list, and wait until these texts are seen."""
    await driver.press("colon")
    await paste(driver, place)
    await driver.press("enter")
    await driver.sees(*seen)


async def find(driver: Driver, name: str) -> None:
    """Leave one row: that of this name."""
    await driver.press("/", "ctrl+u")
    await paste(driver, name)
    await driver.press("enter")
    await driver.until(lambda: name in driver.lines[2] and len(driver.app.browse.table.source or ()) == 1, name)


async def fill_in(driver: Driver, *texts: str | None) -> None:
    """Type into the fields of a form, each in the place of what it held; None leaves one as it is."""
    for number, text in enumerate(texts):
        if number:
            await driver.press("tab")
        if text is not None:
            await driver.press("ctrl+u")
            await paste(driver, text)
