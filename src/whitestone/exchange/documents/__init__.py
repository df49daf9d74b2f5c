"""What does a document say: its text as one string with stable offsets, its pages, its title?

`read_document` looks at the content first and at the name second. One module per format; all give the same
`DocumentText`.
"""

from __future__ import annotations

from whitestone.exchange.documents.detect import read_document
from whitestone.exchange.documents.model import DocumentDate, DocumentText
from whitestone.exchange.readers.model import Note

__all__ = ["DocumentDate", "DocumentText", "Note", "read_document"]
