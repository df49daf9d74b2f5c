"""Where do a programme's secrets lie, and what may be made of them?

One file per programme in the folder `$WHITESTONE_KEYS` (default `~/.config/whitestone/keys`), outside the database and
outside every backup: an X25519 private key, which opens what was sealed, and an HMAC secret, which makes tokens for
matching. Sealing needs only the public key, which the journal keeps, so a locked programme still takes personal data
in. Beside it lie the node's signing key and the list of erasures, which a restored older copy must obey.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import unicodedata
import uuid
from collections.abc import Mapping
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from whitestone.errors import KeyInvalid, KeyMissing

__all__ = ["ProgrammeKey", "derive", "held_node_key", "held_public_key", "key_path", "keys_folder", "load_key",
           "make_key", "node_key", "remember_head", "remember_logs", "remembered_head", "remembered_logs", "sign",
           "signed"]

MAGIC = "whitestone-key-1"
NODE_MAGIC = "whitestone-node-1"


class ProgrammeKey(msgspec.Struct, frozen=True):
    """Hold one programme's secrets in memory; never printed, never stored with the data."""

    private: bytes
    secret: bytes

    def __repr__(self) -> str:
        return "ProgrammeKey(…)"

    @property
    def public(self) -> bytes:
        """Give the 32 byte X25519 public key; it seals and cannot open."""
        return X25519PrivateKey.from_private_bytes(self.private).public_key().public_bytes_raw()

    def agree(self, other_public: bytes) -> bytes:
        """Agree on 32 shared bytes with an ephemeral public key (RFC 7748)."""
        mine = X25519PrivateKey.from_private_bytes(self.private)
        return mine.exchange(X25519PublicKey.from_public_bytes(other_public))

    def token(self, value: str) -> str:
        """Make the matching token of a value: equal after NFKC, case folding and trimming gives equal tokens.

        >>> key = ProgrammeKey(bytes(32), bytes(32))
        >>> key.token(" Anna  KOVAČ ") == key.token("anna kovač"), key.token("") == key.token("anna")
        (True, False)
        """
        plain = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
        return hmac.new(self.secret, plain.encode(), hashlib.sha256).hexdigest()


def derive(shared: bytes, salt: bytes, purpose: bytes) -> bytes:
    """Derive a 32 byte key for one purpose (HKDF-SHA256, RFC 5869).

    >>> derive(bytes(32), b"", b"a") == derive(bytes(32), b"", b"b"), len(derive(b"", b"", b""))
    (False, 32)
    """
    return HKDF(SHA256(), 32, salt, purpose).derive(shared)


def keys_folder() -> Path:
    """Name the folder in which the keys lie; it is made, for its owner alone, when a key is written."""
    named = os.environ.get("WHITESTONE_KEYS")
    return Path(named) if named else Path.home() / ".config" / "whitestone" / "keys"


def key_path(programme_id: uuid.UUID) -> Path:
    """Name the file in which a programme's key lies."""
    return keys_folder() / f"{programme_id}.key"


def make_key(programme_id: uuid.UUID) -> ProgrammeKey:
    """Make a programme's key and write it for its owner alone; an existing key is loaded, never overwritten."""
    path = key_path(programme_id)
    if path.exists():
        return load_key(path)
    key = ProgrammeKey(X25519PrivateKey.generate().private_bytes_raw(), os.urandom(32))
    write_secret(path, f"{MAGIC}\n{base64.b64encode(key.private + key.secret).decode()}\n".encode())
    return key


def load_key(path: Path, public: bytes | None = None) -> ProgrammeKey:
    """Load a key file; refuses a missing one (KeyMissing), a damaged or a foreign one (KeyInvalid)."""
    raw = _secret_of(path, MAGIC)
    if len(raw) != 64:
        raise KeyInvalid(path=path, why="it is damaged")
    key = ProgrammeKey(raw[:32], raw[32:])
    if public is not None and key.public != public:
        raise KeyInvalid(path=path, why="it belongs to another programme")
    return key


def node_key(node_id: uuid.UUID) -> bytes:
    """Give the node's Ed25519 public key, making the private one at first use."""
    path = keys_folder() / f"{node_id}.node"
    if not path.exists():
        raw = Ed25519PrivateKey.generate().private_bytes_raw()
        write_secret(path, f"{NODE_MAGIC}\n{base64.b64encode(raw).decode()}\n".encode())
    return _node_private(node_id).public_key().public_bytes_raw()


def held_node_key(node_id: uuid.UUID) -> bytes | None:
    """Give a node's public key out of the private one that lies here; None when it lies elsewhere."""
    if not (keys_folder() / f"{node_id}.node").exists():
        return None
    return _node_private(node_id).public_key().public_bytes_raw()


def held_public_key(programme_id: uuid.UUID) -> bytes | None:
    """Give a programme's public key out of the private one that lies here; None when it lies elsewhere."""
    path = key_path(programme_id)
    return load_key(path).public if path.exists() else None


def sign(node_id: uuid.UUID, message: bytes) -> bytes:
    """Sign a message with the node's key (Ed25519, RFC 8032); refuses when the node's key is not here (KeyMissing)."""
    return _node_private(node_id).sign(message)


def signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether the signature over the message was made with the key that belongs to `public`.

    >>> signed(bytes(32), bytes(64), b"")
    False
    """
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def remember_head(node_id: uuid.UUID, seq: int, head: str) -> None:
    """Keep a head that was proved or carried away, outside the database: a tail cut off later then shows."""
    path = keys_folder() / f"{node_id}.head"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    staging = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    staging.write_text(f"{seq}:{head}\n", "ascii")
    staging.replace(path)


def remembered_head(node_id: uuid.UUID) -> tuple[int, str] | None:
    """Give the head that was kept last for a node; None when there is none or it cannot be read."""
    try:
        seq, _, head = (keys_folder() / f"{node_id}.head").read_text("ascii").strip().partition(":")
        return int(seq), head
    except (OSError, ValueError):
        return None


def remember_logs(node_id: uuid.UUID, heads: Mapping[str, tuple[int, str]]) -> None:
    """Keep the last line of each log outside the database, as `remember_head` keeps the chain's; never refuses.

    A folder of keys that cannot be written to (a medium that is locked) hinders no reading.
    """
    path = keys_folder() / f"{node_id}.logs"
    staging = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        staging.write_text("".join(f"{log}:{number}:{head}\n" for log, (number, head) in heads.items()), "ascii")
        staging.replace(path)


def remembered_logs(node_id: uuid.UUID) -> dict[str, tuple[int, str]]:
    """Give the last lines that `remember_logs` kept for a node; none where nothing is kept or it cannot be read."""
    try:
        lines = (keys_folder() / f"{node_id}.logs").read_text("ascii").splitlines()
        parts = [line.split(":") for line in lines]
        return {log: (int(number), head) for log, number, head in parts}
    except (OSError, ValueError):
        return {}


def write_secret(path: Path, content: bytes) -> None:
    """Write a file for its owner alone and durably; a file that is already there is kept as it is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    staging = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    handle = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # Of two processes that make a key at once, one wins and both use it.
        give_name(staging, path)
    except FileExistsError:
        pass
    finally:
        staging.unlink(missing_ok=True)
    sync_folder(path.parent)


def give_name(part: Path, path: Path) -> None:
    """Give a whole file its name; refuses to replace one that appeared meanwhile (FileExistsError)."""
    try:
        os.link(part, path)  # unlike renaming, a link never replaces
    except FileExistsError:
        raise
    except OSError:
        # Memory sticks know no links; between this look and the renaming nobody else is expected there.
        if path.exists():
            raise FileExistsError(path) from None
        part.rename(path)


def sync_folder(folder: Path) -> None:
    """Make a rename or a new name in a folder durable, where the system offers that."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _node_private(node_id: uuid.UUID) -> Ed25519PrivateKey:
    path = keys_folder() / f"{node_id}.node"
    raw = _secret_of(path, NODE_MAGIC)
    if len(raw) != 32:
        raise KeyInvalid(path=path, why="it is damaged")
    return Ed25519PrivateKey.from_private_bytes(raw)


def _secret_of(path: Path, magic: str) -> bytes:
    try:
        lines = path.read_text("ascii").split()
        if len(lines) != 2 or lines[0] != magic:
            raise KeyInvalid(path=path, why=f"it does not begin with {magic}")
        return base64.b64decode(lines[1], validate=True)
    except FileNotFoundError:
        raise KeyMissing(where=path) from None
    except OSError as error:
        raise KeyInvalid(path=path, why=error.strerror or "it cannot be read") from None
    except ValueError:  # not ASCII, or not base64
        raise KeyInvalid(path=path, why="it is damaged") from None
