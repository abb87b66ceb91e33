"""The tick: tell of surveys that ask, remind before they end, mix the answers of ended ones."""

from celery import shared_task

from surveys.actions.rounds import mix_ended, tell_and_remind


@shared_task(name="surveys.tick")
def tick() -> None:
    """Do what is due. A doubled tick repeats nothing."""
    tell_and_remind()
    mix_ended()
