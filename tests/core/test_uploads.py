"""Sealed uploads: whole or not at all, and only from people who may import."""

import datetime as dt
import io
import os
import random
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from cdp.core import ids, uploads
from cdp.core.crypto.envelope import Unopenable
from tests import factories


@pytest.fixture(autouse=True)
def folder(db, settings, tmp_path):
    settings.CDP_VAR = tmp_path
    return tmp_path / "uploads"


def _stored(data: bytes, sizes: list[int] | None = None) -> uuid.UUID:
    writer = uploads.SealedWriter(ids.uuid7())
    stream = io.BytesIO(data)
    for size in sizes or [len(data) or 1]:
        writer.write(stream.read(size))
    writer.write(stream.read())
    writer.close()
    return writer.upload


@pytest.mark.parametrize("size", [0, 1, 7, uploads.FRAME - 1, uploads.FRAME, uploads.FRAME + 1, 3 * uploads.FRAME + 5])
def test_every_size_comes_back(size):
    data = random.Random(size).randbytes(size)
    with uploads.open_(_stored(data)) as stream:
        assert stream.read() == data


def test_odd_pieces_come_back_as_one_whole():
    data = random.Random(1).randbytes(700_001)
    with uploads.open_(_stored(data, [1, 0, 65_537, 300_000, 3])) as stream:
        assert b"".join(iter(lambda: stream.read(4099), b"")) == data


def test_nothing_readable_lies_on_the_disk():
    path = uploads.path_of(_stored(b"somchai@example.com," * 1000))
    assert b"somchai" not in path.read_bytes()
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kept", [0, 3, 4, 20, 300, uploads.FRAME + 40, uploads.FRAME + 100])
def test_a_file_that_is_cut_off_is_told(kept):
    upload = _stored(b"x" * (uploads.FRAME + 500))
    path = uploads.path_of(upload)
    path.write_bytes(path.read_bytes()[:kept])
    with uploads.open_(upload) as stream, pytest.raises(Unopenable):
        stream.read()


def test_frames_cannot_change_places():
    upload = _stored(b"a" * uploads.FRAME + b"b" * uploads.FRAME)
    path = uploads.path_of(upload)
    raw = path.read_bytes()
    size = 4 + int.from_bytes(raw[:4])
    path.write_bytes(raw[size : 2 * size] + raw[:size] + raw[2 * size :])
    with uploads.open_(upload) as stream, pytest.raises(Unopenable):
        stream.read()


def test_one_upload_cannot_stand_for_another():
    mine, other = _stored(b"mine"), _stored(b"other")
    uploads.path_of(mine).write_bytes(uploads.path_of(other).read_bytes())
    with uploads.open_(mine) as stream, pytest.raises(Unopenable):
        stream.read()


def test_old_uploads_that_nobody_imported_are_removed(folder):
    old, new = _stored(b"old"), _stored(b"new")
    now = timezone.now()
    past = (now - dt.timedelta(days=8)).timestamp()
    os.utime(uploads.path_of(old), (past, past))
    assert uploads.forget_old(now=now) == 1
    assert [path.name for path in folder.iterdir()] == [str(new)]


def _post(client: Client, path: str, **fields: str):
    return client.post(path, {"file": SimpleUploadedFile("people.csv", b"email\na@example.com\n"), **fields})


def test_strangers_leave_no_file_behind(folder, client):
    _post(client, "/signup/", name="Ann", email="ann@example.com")
    _post(client, "/imports/new/")
    assert not folder.exists() or not list(folder.iterdir())


def test_staff_who_may_not_import_leave_no_file_behind(folder, client):
    client.force_login(factories.staff("clerk"))
    assert _post(client, "/imports/new/", kind="customers", source="shop").status_code == 403
    assert not folder.exists() or not list(folder.iterdir())


def test_a_file_beside_a_bad_form_is_not_kept(folder, client):
    client.force_login(factories.staff("steward"))
    assert _post(client, "/imports/new/", kind="customers", source="n" * 200).status_code == 422
    assert not list(folder.iterdir())


def test_a_file_that_is_too_large_is_refused_before_it_fills_the_disk(folder, client, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 10)
    client.force_login(factories.staff("steward"))
    response = _post(client, "/imports/new/", kind="customers", source="shop")
    assert response.status_code == 422
    assert not list(folder.iterdir())


def _files(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_several_files_in_one_request_are_refused_and_none_is_kept(folder, client):
    client.force_login(factories.staff("steward"))
    files = [SimpleUploadedFile(f"{name}.csv", b"email\na@example.com\n") for name in "ab"]
    response = client.post("/imports/new/", {"kind": "customers", "source": "shop", "file": files})
    assert response.status_code == 422
    assert "one file at a time" in response.content.decode()
    assert _files(folder) == []


def test_files_of_several_fields_keep_their_own_bytes(folder):
    handler = uploads.SealedUploadHandler()
    handler.request = type("R", (), {"user": factories.staff("steward")})()
    stored = []
    for name in "ab":
        handler.new_file(name, f"{name}.csv", "text/csv", 1)
        handler.receive_data_chunk(name.encode(), 0)
        stored.append(handler.file_complete(1))
    with uploads.open_(stored[0].upload) as first, uploads.open_(stored[1].upload) as second:
        assert (first.read(), second.read()) == (b"a", b"b")


def test_a_connection_that_breaks_in_the_second_file_leaves_nothing_of_it(folder):
    handler = uploads.SealedUploadHandler()
    handler.request = type("R", (), {"user": factories.staff("steward")})()
    handler.new_file("a", "a.csv", "text/csv", 1)
    handler.receive_data_chunk(b"a", 0)
    handler.file_complete(1)
    handler.new_file("b", "b.csv", "text/csv", 1)
    handler.receive_data_chunk(b"b", 0)
    handler.upload_interrupted()
    assert _files(folder) == []


def test_an_upload_can_be_read_from_any_place():
    content = bytes(range(256)) * 3000  # two frames full, one partly
    upload = _stored(content)
    with uploads.open_(upload) as stream:
        assert stream.seek(0, 2) == len(content)
        assert stream.read(1) == b""
        for place in (0, 5, uploads.FRAME - 2, uploads.FRAME, 2 * uploads.FRAME + 7, len(content) - 1, 3):
            stream.seek(place)
            assert stream.tell() == place
            assert stream.read(4) == content[place : place + 4]
        stream.seek(-3, 2)
        assert stream.read() == content[-3:]
        stream.seek(0)
        assert stream.read() == content
