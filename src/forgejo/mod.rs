//! What Forgejo sends and answers: signatures, payload shapes, the API client.
