"""How much is left, and does it add up? (stub)"""
from django.http import HttpResponse
def page(r): return HttpResponse("x")
run=page
def start(d,c): pass
