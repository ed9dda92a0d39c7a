// Encryption keys of IBM Unified Key Orchestrator as infrastructure code. Deleting a key requires the approval of two people.
package uko
