"""A Telegram door as a test makes it, against a stand-in."""

from collections.abc import Callable
from pathlib import Path

from channels.telegram.channel import TelegramChannel, Ways
from channels.telegram.client import TelegramClient
from channels.telegram.mark import Mark
from channels.telegram.taking import Taking
from complaints import ids
from complaints.attachments import DiskStore
from complaints.crypto import Keyring
from tests.telegram_house import TOKEN


def telegram_door(base: str, folder: Path, mark: Mark, *, keys: Keyring, turned: Callable[[], None]) -> TelegramChannel:
    """Return the door as a process would have it after a start."""
    client = TelegramClient(base, token=TOKEN)
    taking = Taking(
        client,
        store=DiskStore(folder / "attachments", reserve_bytes=0),
        pseudonym=lambda text: keys.pseudonym("telegram", text),
        code_of=lambda name: keys.tracking_code(ids.complaint_id("telegram", name)),
    )
    return TelegramChannel(client, mark=mark, taking=taking, ways=Ways(wait_s=1.0), turned=turned)
