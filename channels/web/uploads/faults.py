"""Why a file was not kept, in the words of the form and of the API."""

from typing import NamedTuple

MEGABYTE = 1 << 20

UNAVAILABLE = 503


class FileFault(NamedTuple):
    """One reason.

    Attributes:
        status: the API's HTTP status.
        api: the API's sentence; may have {most}, the largest file in megabytes.
        form: the form's sentence; has {name}, the file's name, and may have {most}.
    """

    status: int
    api: str
    form: str


FILE_FAULTS = {
    "large": FileFault(413, "Berkas lebih besar dari {most} MB.", "“{name}” lebih besar dari {most} MB."),
    "type": FileFault(415, "Berkas ini bukan gambar, PDF, atau video.", "“{name}” bukan gambar, PDF, atau video."),
    "empty": FileFault(422, "Berkas ini kosong.", "“{name}” kosong."),
    "unavailable": FileFault(
        UNAVAILABLE,
        "Lampiran belum dapat disimpan. Silakan coba lagi sebentar.",
        "“{name}” belum dapat disimpan. Coba lagi, atau kirim laporan tanpa lampiran ini.",
    ),
}
"""By the fault of an Upload."""


def api_answer(fault: str, most_bytes: int) -> tuple[int, str]:
    """Return the status and the sentence with which the API answers a file that was not kept.

    Args:
        fault: of the Upload.
        most_bytes: the largest file that is taken.
    """
    found = FILE_FAULTS[fault]
    return found.status, found.api.format(most=most_bytes // MEGABYTE)
