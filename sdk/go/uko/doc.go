// The end of an encryption key's life as ordinary infrastructure code: IBM Unified Key Orchestrator, with two people behind every deletion.
package uko
