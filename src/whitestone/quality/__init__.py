"""Which of the things reported cannot be right, and what should a person do about each?

A registry of rules (`rules.RULES`), each one small function from a `Picture` of the programme to findings, and rules
for rows as they enter (`entry.ENTRY_RULES`). A finding is a question to a person, never a correction: proposals are
shown, not applied. No rule reads a party's name, and no rule judges how a place is called or where a line runs.
"""
