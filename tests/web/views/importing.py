"""What the tests of the import pages do on them."""

from django.core.files.uploadedfile import SimpleUploadedFile

from cdp.core import jobs
from cdp.core.models import Job

CONTENT = "email,name,shoe size\na@example.com,Ann,38\nbad,Bob,42\n=cmd()@x,=1+1,7\n"


def upload(client, content: str = CONTENT, **fields: str):
    file = SimpleUploadedFile(fields.pop("name", "people.csv"), content.encode())
    return client.post("/imports/new/", {"kind": "customers", "source": "Fair", "file": file, **fields})


def mapped(client, job: Job, **extra: str):
    columns = {"column:email": "customer.email", "column:name": "customer.name", "column:shoe size": ""}
    return client.post(f"/imports/{job.id}/columns/", columns | extra)


def page(client, job: Job) -> str:
    response = client.get(f"/imports/{job.id}/")
    assert response.status_code == 200
    return response.content.decode()


def started(client, job: Job) -> Job:
    """The job, checked and handed to the workers to be imported."""
    mapped(client, job)
    jobs.run_waiting()
    assert client.post(f"/imports/{job.id}/start/").status_code == 302
    job.refresh_from_db()
    return job


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]
