enum ObjectStorageRoom {}
