"""Which reader opens this file, and what does it give?

`open_file` looks at the content first and at the name second. One module per format; all give the same `Reading`.
"""

from __future__ import annotations

from whitestone.exchange.readers.detect import open_file
from whitestone.exchange.readers.encodings import undo_mojibake
from whitestone.exchange.readers.model import Chunk, Note, Reading, RowFault

__all__ = ["Chunk", "Note", "Reading", "RowFault", "open_file", "undo_mojibake"]
