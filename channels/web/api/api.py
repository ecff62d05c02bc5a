"""The JSON API of the mobile apps: complaints, their status, and files for them."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from channels.web.messages import inbound, name_of
from channels.web.parse import FieldError, from_json, json_as
from channels.web.parts import WebParts
from channels.web.receipt_keys import proves_itself, sending_of
from channels.web.responses import problem
from channels.web.security import presented_key, region_of
from channels.web.service import LATER, WebService, code_in, idempotency_key, owner_of
from channels.web.told import number_for_emergencies
from channels.web.uploads.faults import UNAVAILABLE, api_answer
from channels.web.uploads.files import Draft, Upload
from channels.web.uploads.multipart import chunks, limited_body
from channels.web.wishes import WISHES, KeyedWording, act_of, is_possible, message, why_not
from complaints.case import CaseState


class Accepted(BaseModel):
    """A complaint, or a request about one, that is safe."""

    id: Annotated[str, Field(description="UUID laporan, atau permintaannya")]
    tracking_code: Annotated[str, Field(description="Kode untuk melacak laporan")]
    receipt: Annotated[
        str, Field(description="Tanda terima, berlaku satu jam: dengannya status laporan terlihat sebelum tercatat")
    ]
    receipt_key: Annotated[
        str,
        Field(
            description="Kunci tanda terima: hanya dengannya laporan dapat dicabut, dinilai, atau ditampilkan lagi;"
            " kosong untuk permintaan, dan untuk isi lain dengan kunci permintaan yang sama"
        ),
    ] = ""
    again: Annotated[
        bool,
        Field(
            description="Apakah kunci permintaan ini sudah pernah kami terima: isi yang sama adalah laporan yang sama, isi lain ditambahkan"
        ),
    ] = False
    emergency: Annotated[
        str, Field(description="Kalimat dengan nomor darurat, bila isinya menceritakan bahaya bagi jiwa saat ini")
    ] = ""


class Received(BaseModel):
    """A complaint that is safe, but has no case yet. Only the holder of its receipt sees it."""

    tracking_code: str
    state: Annotated[Literal["received"], Field(description="received: sedang diteruskan")] = "received"
    received_at: AwareDatetime


class Happened(BaseModel):
    """One event of a case, as the citizen reads it."""

    at: AwareDatetime
    text: str


class Status(BaseModel):
    """The status of a case."""

    tracking_code: str
    state: Annotated[
        CaseState,
        Field(description="received: masih dipilah; routed: sudah ada pada instansinya; closed: ditutup"),
    ]
    owner: Annotated[str, Field(description="Instansi yang menangani")]
    received_at: AwareDatetime
    since: Annotated[AwareDatetime, Field(description="Sejak kapan instansi itu menangani")]
    due: Annotated[str | None, Field(description="Tenggat, YYYY-MM-DD")] = None
    answer: Annotated[str, Field(description="Jawaban instansi")] = ""
    secret: bool = False
    explanation: Annotated[str, Field(description="Mengapa instansi itu yang menangani")] = ""
    question: Annotated[str, Field(description="Pertanyaan kepada pelapor yang belum dijawab")] = ""
    history: Annotated[list[Happened], Field(description="Kabar untuk pelapor, dari yang lama")] = []


class Stored(BaseModel):
    """A stored file."""

    sha256: Annotated[str, Field(description="Untuk attachments dari sebuah laporan")]
    name: str
    media_type: str
    size_bytes: int


class Api:
    """The request handlers. Each confirms only after it has the receipt of the message."""

    def __init__(self, service: WebService, parts: WebParts) -> None:
        self._service = service
        self._parts = parts

    def _owner(self, request: Request) -> str:
        return owner_of(presented_key(request.headers), self._parts.keys)

    async def post_complaint(self, request: Request) -> Response:
        """Take a complaint as JSON: 202 with its tracking code once it is safe."""
        owner = self._owner(request)
        sent = from_json(await limited_body(request, self._parts.max_body_bytes))
        found = sent if isinstance(sent, list) else self._service.checked(sent)
        if isinstance(found, list):
            return _incomplete(found)
        attachments = await self._service.attachments(found)
        if isinstance(attachments, list):
            return _incomplete(attachments)
        name = name_of("api", owner, idempotency_key(request))
        message = inbound(found, upstream_id=name, attachments=attachments, region=region_of(owner))
        sending, earlier = sending_of(message), await self._service.earlier(message)
        receipt = await self._service.keep(message)
        code = receipt.tracking_code
        signed = self._parts.receipts.sign(sending, code)
        warning = number_for_emergencies(found.title, found.text)
        answer = Accepted(
            id=str(receipt.message_id),
            tracking_code=code,
            receipt=signed,
            receipt_key=self._parts.proofs.of(sending) if proves_itself(sending, earlier) else "",
            again=earlier is not None,
            emergency=warning,
        )
        return JSONResponse(answer.model_dump(), status_code=202)

    async def get_complaint(self, request: Request) -> Response:
        """Return the status of a case. While there is no case yet: 202 for the holder of its receipt, 404 for anybody else."""
        self._owner(request)
        code = code_in(request.path_params)
        sent = self._parts.receipts.read(request.query_params.get("receipt", ""), code)
        seen = await self._service.seen(code, sent)
        found = seen.status
        if found is None and seen.sent is not None:
            received = Received(tracking_code=code, received_at=seen.sent.at)
            return JSONResponse(received.model_dump(mode="json"), status_code=202)
        if found is None:
            return problem(404, "Laporan ini belum tercatat. Laporan baru perlu beberapa saat.")
        story = await self._service.story(found.tracking_code)
        answer = Status(
            tracking_code=found.tracking_code,
            state=found.state,
            owner=found.owner,
            received_at=found.received_at,
            since=found.since,
            due=found.due.isoformat() if found.due else None,
            answer=found.answer,
            secret=found.secret,
            explanation=story.explanation,
            question=story.question,
            history=[Happened(at=one.at, text=one.text) for one in story.told],
        )
        return JSONResponse(answer.model_dump(mode="json"))

    async def post_wish(self, request: Request) -> Response:
        """Take a wish of a citizen about his case: 202 once it is safe, 409 if the state of the case does not allow it."""
        owner = self._owner(request)
        wish = _WISHES.get(request.path_params["wish"])
        if wish is None:
            return problem(404, "Alamat ini tidak ada.")
        code = code_in(request.path_params)
        said = json_as(wish.model, await limited_body(request, self._parts.max_body_bytes))
        if isinstance(said, list):
            return problem(422, "Permintaan belum lengkap atau tidak benar.", said)
        case = await self._service.own_case(code, None)
        if not is_possible(wish, case):
            return problem(409, why_not(wish, case).message)
        if isinstance(said, KeyedWording):
            self._parts.proofs.require(case, said.receipt_key)
        name = name_of(f"api/{wish.api}/{code}", owner, idempotency_key(request))
        wanted = message(said, act_of(wish, said, case.state), about=case.tracking_code, upstream_id=name)
        receipt = await self._service.keep(wanted)
        signed = self._parts.receipts.sign(case, code, receipt.message_id)
        answer = Accepted(
            id=str(receipt.message_id),
            tracking_code=case.tracking_code,
            receipt=signed,
            emergency=number_for_emergencies(said.text),
        )
        return JSONResponse(answer.model_dump(), status_code=202)

    async def post_attachment(self, request: Request) -> Response:
        """Take one file, as the body itself or as a form's only file: 201 with the hash by which a complaint refers to it."""
        self._owner(request)
        kind, _ = parse_options_header(request.headers.get("content-type", "").encode("latin-1", "replace"))
        if kind == b"multipart/form-data":
            form = await self._parts.reader.read(request)
            if len(form.files) != 1 or form.surplus:
                return problem(422, "Kirim tepat satu berkas.")
            (upload,) = form.files
        else:
            upload = await self._read(request)
        if upload.attachment is None:
            status, title = api_answer(upload.fault, self._parts.max_file_bytes)
            return problem(status, title, headers=LATER if status == UNAVAILABLE else None)
        return JSONResponse(
            Stored.model_validate(upload.attachment, from_attributes=True).model_dump(), status_code=201
        )

    async def _read(self, request: Request) -> Upload:
        most = self._parts.max_file_bytes
        _, options = parse_options_header(request.headers.get("content-disposition", "").encode("latin-1", "replace"))
        name = options.get(b"filename", b"").decode("utf-8", "replace")
        too_large = Upload(attachment=None, name=name, fault="large")
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > most:
            return too_large
        seen = 0
        with Draft(name, most_bytes=most) as draft:
            async for chunk in chunks(request):
                seen += len(chunk)
                if seen > most:
                    return too_large
                await run_in_threadpool(draft.write, chunk)
            return await run_in_threadpool(draft.keep_in, self._parts.store)


_WISHES = {wish.api: wish for wish in WISHES.values()}


def _incomplete(errors: list[FieldError]) -> Response:
    return problem(422, "Laporan belum lengkap atau tidak benar.", errors)
