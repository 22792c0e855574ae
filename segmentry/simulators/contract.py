"""Holds requests against a description of an API in OpenAPI."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

CONTRACTS = Path(__file__).parent / "contracts"


class ContractError(Exception):
    """A request that an API would not take as it is described."""


@dataclass(frozen=True)
class SentRequest:
    """A request, as openapi-core looks at it.

    Attributes:
        method: of HTTP, in lower case.
        url: the whole address.
        headers: by name.
        body: its bytes.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None

    @cached_property
    def parameters(self) -> RequestParameters:
        """The query and the headers."""
        return RequestParameters(
            query=ImmutableMultiDict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True)),
            header=Headers(self.headers),
        )

    @property
    def host_url(self) -> str:
        """Where it went."""
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.url))

    @property
    def path(self) -> str:
        """What was asked for there."""
        return urlsplit(self.url).path

    @property
    def content_type(self) -> str:
        """The type of the body, without its parameters."""
        names = {name.lower(): value for name, value in self.headers.items()}
        return names.get("content-type", "").split(";")[0]


class Contract:
    """A description of an API."""

    def __init__(self, description: dict[str, Any], base_url: str) -> None:
        """Read a description.

        Args:
            description: in OpenAPI 3.
            base_url: where the requests go that are held against it.
        """
        served = {**description, "servers": [{"url": base_url}]}
        # The vendors' own files are large, and not ours to correct.
        self._api = OpenAPI.from_dict(served, config=Config(spec_validator_cls=None))

    @classmethod
    def of(cls, name: str, base_url: str) -> "Contract":
        """Return the project's own contract of a platform: the operations that adapters use."""
        text = (CONTRACTS / f"{name}.yaml").read_text(encoding="utf-8")
        return cls(yaml.load(text, yaml.CSafeLoader), base_url)

    def check(self, request: SentRequest) -> None:
        """Refuse a request that the description does not allow.

        Raises:
            ContractError: saying what is wrong.
        """
        try:
            self._api.validate_request(request)  # type: ignore[arg-type]
        except OpenAPIError as error:
            causes = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or ""]
            told = "; ".join(str(cause).splitlines()[0] for cause in causes if str(cause))
            raise ContractError(
                f"{request.method.upper()} {request.path}: {error} {told}".strip()
            ) from error
