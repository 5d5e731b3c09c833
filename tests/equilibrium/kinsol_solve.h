#pragma once

#include <gtest/gtest.h>
#include <kinsol/kinsol.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include <algorithm>
#include <vector>

namespace altyn::testing {

/// The solution of `equations` from `start` by KINSOL: Newton with a fresh difference Jacobian in
/// every step and line search, to residuals of 1e-12.
inline std::vector<double> solve_by_kinsol(KINSysFn equations, void* data,
                                           const std::vector<double>& start) {
  const auto size = static_cast<sunindextype>(start.size());
  SUNContext context = nullptr;
  EXPECT_EQ(SUNContext_Create(nullptr, &context), 0);
  N_Vector at = N_VNew_Serial(size, context);
  N_Vector ones = N_VNew_Serial(size, context);
  std::copy(start.begin(), start.end(), N_VGetArrayPointer(at));
  N_VConst(1.0, ones);
  void* solver = KINCreate(context);
  SUNMatrix matrix = SUNDenseMatrix(size, size, context);
  SUNLinearSolver linear = SUNLinSol_Dense(at, matrix, context);
  EXPECT_EQ(KINInit(solver, equations, at), KIN_SUCCESS);
  EXPECT_EQ(KINSetUserData(solver, data), KIN_SUCCESS);
  EXPECT_EQ(KINSetLinearSolver(solver, linear, matrix), KIN_SUCCESS);
  EXPECT_EQ(KINSetFuncNormTol(solver, 1e-12), KIN_SUCCESS);
  EXPECT_EQ(KINSetMaxSetupCalls(solver, 1), KIN_SUCCESS);
  EXPECT_GE(KINSol(solver, at, KIN_LINESEARCH, ones, ones), KIN_SUCCESS);
  const double* x = N_VGetArrayPointer(at);
  std::vector<double> solution(x, x + size);
  KINFree(&solver);
  SUNLinSolFree(linear);
  SUNMatDestroy(matrix);
  N_VDestroy(ones);
  N_VDestroy(at);
  SUNContext_Free(&context);
  return solution;
}

}  // namespace altyn::testing
