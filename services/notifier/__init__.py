"""notifier: tells those concerned of every change, and says of each notification sent, failed or skipped, and why.

| owns       | `announcements`, `notifications`, `directory` (mailboxes), `routing` |
| commands   | mark as read |
| publishes  | `notifications.events`: notification.delivered, .failed, .skipped |
| subscribes | `actions.events`: each event becomes one announcement |
| processes  | dispatcher: announcement to notifications; sender: notifications to e-mail |
| pages      | inbox, delivery log |
| API        | GET /api/v1/notifications, POST /api/v1/notifications/{id}/read |
"""
