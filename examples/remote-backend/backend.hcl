# The state that GitLab keeps for a project. The user name and the token are in TF_HTTP_USERNAME and TF_HTTP_PASSWORD.
address        = "https://gitlab.example.com/api/v4/projects/4711/terraform/state/keys"
lock_address   = "https://gitlab.example.com/api/v4/projects/4711/terraform/state/keys/lock"
unlock_address = "https://gitlab.example.com/api/v4/projects/4711/terraform/state/keys/lock"
lock_method    = "POST"
unlock_method  = "DELETE"
