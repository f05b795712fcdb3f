"""feedback: takes in what States submit, and shows them where it stands.

| owns       | `submissions` (immutable once sent), `meetings` with their themes and initiatives |
| commands   | submit |
| publishes  | `feedback.events`: feedback.submitted |
| subscribes | `actions.events`: keeps each submission's follow-up |
| pages      | start, new submission, receipt, register, submission, the footer's pages |
| API        | POST and GET /api/v1/feedback, GET /api/v1/meetings |
"""
