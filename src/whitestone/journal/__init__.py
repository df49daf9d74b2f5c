"""What does the programme remember, since when, who said it, and can anybody prove it? Floor 2; all SQL of the product.

    journal = create(folder, name="A programme")
    journal.append(Act(author="anna"), [Draft(kind="hazard", record_id=new_id(), body={"classification": "sha"})])
    list(journal.states("hazard", on=date(2024, 12, 31)))
"""

from whitestone.journal.append import Batch, Receipt
from whitestone.journal.drafts import EncodedBatch
from whitestone.journal.journal import Journal
from whitestone.journal.opening import create, open_journal
from whitestone.journal.runs import HeldRow, RunBatch

__all__ = ["Batch", "EncodedBatch", "HeldRow", "Journal", "Receipt", "RunBatch", "create", "open_journal"]
