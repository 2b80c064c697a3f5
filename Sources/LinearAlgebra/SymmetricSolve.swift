import COpenBLAS

/// The solution of a small symmetric positive definite system in double precision; nil when it has none.
///
/// - Parameters:
///   - matrix: n² numbers, both triangles.
///   - rightSide: n numbers.
public func solveSymmetric(_ matrix: [Double], _ rightSide: [Double]) -> [Double]? {
    guard !rightSide.isEmpty, matrix.count == rightSide.count * rightSide.count else { return nil }
    BLAS.prepare()
    var matrix = matrix
    var solution = rightSide
    var uplo = CChar(UInt8(ascii: "U"))
    var order = blasInteger(rightSide.count)
    var columns: Int32 = 1
    var matrixStride = order
    var solutionStride = order
    var info: Int32 = 0
    dposv_(&uplo, &order, &columns, &matrix, &matrixStride, &solution, &solutionStride, &info)
    return info == 0 && solution.allSatisfy(\.isFinite) ? solution : nil
}
