"""A server on this computer that speaks S3, for tests of what lies in object storage."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from moto.server import ThreadedMotoServer
from pyarrow.fs import FileSystem, S3FileSystem

BUCKET = "survey"


@contextmanager
def object_storage() -> Iterator[FileSystem]:
    """Give a store with an empty bucket; this process and those it starts find it meanwhile."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
            patch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
            patch.setenv("AWS_ACCESS_KEY_ID", "name")
            patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
            patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
            store = S3FileSystem(
                endpoint_override=f"{host}:{port}", scheme="http", allow_bucket_creation=True
            )
            store.create_dir(BUCKET)
            yield store
    finally:
        server.stop()
