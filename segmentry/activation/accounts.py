"""The platform of a sync, with the credentials that environment variables hold."""

import os
from collections.abc import Callable, Mapping

from segmentry.activation.api import Patience
from segmentry.activation.config import Sync
from segmentry.activation.errors import SyncError
from segmentry.activation.platforms.customerio import CustomerIo
from segmentry.activation.platforms.interface import Platform
from segmentry.activation.platforms.klaviyo import Klaviyo
from segmentry.activation.platforms.mailchimp import Mailchimp
from segmentry.activation.platforms.sendgrid import SendGrid
from segmentry.activation.platforms.webhook import Webhook

PLATFORMS: dict[str, Callable[..., Platform]] = {
    "klaviyo": Klaviyo,
    "mailchimp": Mailchimp,
    "sendgrid": SendGrid,
    "customerio": CustomerIo,
    "webhook": Webhook,
}


def connect(
    name: str, sync: Sync, patience: Patience, environment: Mapping[str, str] = os.environ
) -> Platform:
    """Return the platform of a sync; nothing is asked of it yet.

    Args:
        name: of the sync.
        sync: what it says.
        patience: how long a run may take.
        environment: holds the credentials.

    Raises:
        SyncError: naming the variables that are not set, or hold what can't be a credential.
    """
    missing = [variable for variable in sync.credentials.values() if not environment.get(variable)]
    if missing:
        raise SyncError(
            f"The sync {name} takes its credentials from {', '.join(sorted(missing))}, which the "
            "environment does not hold: set them from where your secrets are."
        )
    credentials = {part: environment[variable] for part, variable in sync.credentials.items()}
    for part, variable in sync.credentials.items():
        text = credentials[part]
        # Such as the end of a line, which no header can hold.
        if not (text.isascii() and text.isprintable()) or text != text.strip():
            raise SyncError(
                f"{variable} holds a space at an end, or a character that no credential has: set "
                "it anew."
            )
    place = {"base_url": sync.base_url} if sync.base_url else {}
    return PLATFORMS[sync.platform](**credentials, **place, patience=patience)
