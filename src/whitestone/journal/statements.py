"""Did a node of this programme sign just this, for just this purpose?

What is signed is a purpose and a SHA-256, so that a signature over one kind of statement never passes for another. The
public keys of all nodes that ever wrote lie in `meta`: a restored copy still proves what the old node signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from whitestone.journal.checkpoints import node_meta_key

if TYPE_CHECKING:
    from whitestone.journal.journal import Journal

__all__ = ["sign_digest", "signature_fault"]


def _message(purpose: str, sha256: str) -> bytes:
    return f"whitestone {purpose}\n".encode() + bytes.fromhex(sha256)


def sign_digest(journal: Journal, purpose: str, sha256: str) -> tuple[str, str]:
    """Sign a digest with this node's key; return the node and the signature in hexadecimal (Ed25519, RFC 8032).

    Refuses with KeyMissing or KeyInvalid where the node's key is not at hand: what is not signed is not stated.
    """
    from whitestone.journal.keys import sign

    return journal.node_id.hex, sign(journal.node_id, _message(purpose, sha256)).hex()


def signature_fault(journal: Journal, purpose: str, sha256: str, node: str, signature: str) -> str | None:
    """Say what is wrong with a signature over a digest; None when a node of this programme made it."""
    from whitestone.journal.keys import signed

    try:
        public = journal.meta.get(node_meta_key(bytes.fromhex(node)))
        message, given = _message(purpose, sha256), bytes.fromhex(signature)
    except ValueError:
        return "it carries no readable signature"
    if public is None:
        return f"node {node} that should have signed it never belonged to this programme"
    return None if signed(bytes.fromhex(public), given, message) else "its signature is not that of its node"
