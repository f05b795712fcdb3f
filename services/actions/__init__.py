"""actions: makes action items of what was submitted and resolved, and owns their lifecycle.

| owns       | `items` with their histories, `routing`, `meetings` |
| commands   | every row of the lifecycle table (`domain/lifecycle.py`) |
| publishes  | `actions.events`: action.opened and what the commands lead to |
| subscribes | `feedback.events`: opens one item for each submission |
| pages      | register of action items, item with its open moves and its history |
| API        | GET /api/v1/actions, GET one, POST …/commands, GET …/history |
"""
