# The Common Cryptographic Architecture of IBM Z, reached through an agent. On-premises UKO only.
resource "uko_keystore" "mainframe" {
  vault_id            = uko_vault.treasury.vault_id
  type                = "cca"
  name                = "zos-production"
  groups              = ["core-banking"]
  cca_host            = "uko-agent.example.com"
  cca_port            = 9443
  cca_public_key_hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
  cca_use_tls         = true
}
