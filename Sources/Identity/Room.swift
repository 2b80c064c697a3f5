enum IdentityRoom {}
