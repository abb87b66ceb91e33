"""The sample lists of `demo/files/`, built from the people whom `demo/people.yaml` names."""
