terraform {
  required_providers {
    uko = { source = "pulumi-uko/uko" }
  }
}

provider "uko" {
  instance_id = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e"
  region      = "eu-de"
}
