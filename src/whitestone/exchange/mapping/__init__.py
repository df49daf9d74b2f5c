"""Which text says how a dataset's files become records, who drafts it, and how is it applied?"""
