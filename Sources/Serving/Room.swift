enum ServingRoom {}
