from notifications.actions.collect import hand_over_due, hand_to_mail_queue
from notifications.actions.inbox import mark_all_read, mark_read, set_mail_kinds, unsubscribe
from notifications.actions.plan import NoticeSpec, notify_now, plan_notices, stop_notices

__all__ = [
    "NoticeSpec",
    "hand_over_due",
    "hand_to_mail_queue",
    "mark_all_read",
    "mark_read",
    "notify_now",
    "plan_notices",
    "set_mail_kinds",
    "stop_notices",
    "unsubscribe",
]
