"""The reasons why a file was not stored, in the words of the form and of the API."""

from typing import NamedTuple

MEGABYTE = 1 << 20

UNAVAILABLE = 503


class FileFault(NamedTuple):
    """One reason why a file was not kept.

    Attributes:
        status: the HTTP status of the API's answer.
        api: the API's sentence. It may contain {most}, the maximum size of a file in megabytes.
        form: the form's sentence. It contains {name}, the name of the file, and may contain {most}.
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
"""The reasons by the value of `Upload.fault`."""


def api_answer(fault: str, most_bytes: int) -> tuple[int, str]:
    """Return the HTTP status and the sentence of the API's answer about a file that was not kept.

    Args:
        fault: the fault of the Upload.
        most_bytes: the maximum size of a file in bytes.
    """
    found = FILE_FAULTS[fault]
    return found.status, found.api.format(most=most_bytes // MEGABYTE)
