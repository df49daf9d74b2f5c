"""How does a node vouch for the chain it wrote, so that a cut-off tail shows?

At each acknowledgement the head is signed with the node's Ed25519 key. Public keys of all nodes that ever wrote lie in
`meta`; a node whose key is not at hand (another laptop on the same server) writes on unsigned, and `verify` says so.
"""

from __future__ import annotations

import struct
import uuid
from typing import TYPE_CHECKING

from whitestone.errors import Problem

if TYPE_CHECKING:
    from whitestone.journal.dialect import Session

__all__ = ["is_signed", "node_meta_key", "sign_head"]


def node_meta_key(node: bytes) -> str:
    """Name the row of `meta` that holds a node's public key.

    >>> node_meta_key(bytes(16))[:9]
    'node:0000'
    """
    return f"node:{node.hex()}"


def _message(seq: int, head: bytes, made_at: int) -> bytes:
    return struct.pack(">qq", seq, made_at) + head


def sign_head(session: Session, node_id: uuid.UUID, seq: int, head: bytes, made_at: int) -> None:
    """Enter a signed checkpoint for the head; without the node's key nothing is entered."""
    from whitestone.journal.keys import sign

    try:
        signature = sign(node_id, _message(seq, head, made_at))
    except Problem:
        return
    session.run("INSERT INTO checkpoint (seq, hash, node, signature, made_at) VALUES (?, ?, ?, ?, ?)",
                [seq, head, node_id.bytes, signature, made_at])


def is_signed(public: bytes, signature: bytes, seq: int, head: bytes, made_at: int) -> bool:
    """Say whether a checkpoint carries its node's signature."""
    from whitestone.journal.keys import signed

    return signed(public, signature, _message(seq, head, made_at))
