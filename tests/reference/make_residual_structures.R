# Reference values for residual structures, by nlme at tight tolerance.
#
#   Rscript --vanilla make_residual_structures.R       (in this folder; needs nlme, jsonlite)
#
# Writes residual_structures.json.
suppressMessages({library(nlme); library(jsonlite)})
read <- function(name) read.csv(file.path("data", paste0(name, ".csv")))
control <- lmeControl(maxIter = 500, msMaxIter = 1000, niterEM = 100, tolerance = 1e-10,
                      msTol = 1e-12, opt = "nlminb", returnObject = TRUE)
values <- function(fit) {
  s <- fit$modelStruct
  list(beta = as.list(fixef(fit)), se = as.list(sqrt(diag(vcov(fit)))), sigma = fit$sigma,
       loglik = as.numeric(logLik(fit)), aic = AIC(fit), df = attr(logLik(fit), "df"),
       sds = as.numeric(VarCorr(fit)[, "StdDev"]),
       variance = if (!is.null(s$varStruct)) as.list(coef(s$varStruct, unconstrained = FALSE,
                                                          allCoef = TRUE)),
       phi = if (!is.null(s$corStruct)) as.numeric(coef(s$corStruct, unconstrained = FALSE)))
}
sleep <- read("sleepstudy"); orth <- read("Orthodont"); body <- read("BodyWeight")
sleep$Subject <- factor(sleep$Subject)
orth$Subject <- factor(orth$Subject); orth$Sex <- factor(orth$Sex)
body$Rat <- factor(body$Rat); body$Diet <- factor(body$Diet)
out <- list(
  ar1_sleep = values(lme(Reaction ~ Days, sleep, ~ 1 | Subject,
                         correlation = corAR1(form = ~ Days | Subject), control = control)),
  ar1_sleep_ml = values(lme(Reaction ~ Days, sleep, ~ 1 | Subject, method = "ML",
                            correlation = corAR1(form = ~ Days | Subject), control = control)),
  power_days = values(lme(weight ~ Time * Diet, body, ~ 1 | Rat,
                          weights = varPower(form = ~ Time), control = control)),
  ident_ar1 = values(lme(distance ~ age * Sex, orth, ~ 1 | Subject,
                         weights = varIdent(form = ~ 1 | Sex),
                         correlation = corAR1(form = ~ 1 | Subject), control = control)),
  ident_slope = values(lme(distance ~ age * Sex, orth, ~ age | Subject,
                           weights = varIdent(form = ~ 1 | Sex), control = control)))
write_json(out, "residual_structures.json", digits = NA, auto_unbox = TRUE, pretty = TRUE,
           null = "null")
