"""Recorded acts in words."""

from __future__ import annotations

from django import template

from reporting.acts import act_in_words

register = template.Library()
register.filter("act", act_in_words)
