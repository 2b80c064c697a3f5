enum LinearAlgebraRoom {}
