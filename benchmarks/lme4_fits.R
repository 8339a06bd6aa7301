# The R side of the speed table: lme4, lmerTest and pbkrtest. Reads one JSON message per line from
# standard input ({"job": path}), does the job once, answers with one line of JSON.
suppressPackageStartupMessages({
  library(lme4)
  library(jsonlite)
})

read_frame <- function(columns) {
  data <- lapply(columns, function(column) {
    size <- file.info(column$file)$size
    if (column$kind == "number") {
      readBin(column$file, "double", n = size / 8, size = 8, endian = "little")
    } else {
      codes <- readBin(column$file, "integer", n = size / 4, size = 4, endian = "little")
      if (column$kind == "id") {
        factor(codes)
      } else {
        factor(unlist(column$levels)[codes + 1L], levels = unlist(column$levels))
      }
    }
  })
  names(data) <- vapply(columns, function(column) column$name, "")
  as.data.frame(data, check.names = FALSE)
}

status <- function(field) {
  line <- grep(paste0("^", field, ":"), readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) * 1024
}

since <- function(start) as.numeric(Sys.time(), units = "secs") - start
now <- function() as.numeric(Sys.time(), units = "secs")

kenward_roger <- function(model) {
  adjusted <- pbkrtest::vcovAdj(model)
  plain <- vcov(model)
  p <- length(fixef(model))
  for (j in seq_len(p)) pbkrtest::Lb_ddf(as.numeric(seq_len(p) == j), plain, adjusted)
  sqrt(diag(as.matrix(adjusted)))
}

run <- function(job, data) {
  formula <- as.formula(job$formula)
  task <- job$task
  if (task == "memory") {
    standard_errors(lmer(formula, data[seq_len(2000), ]))
    gc()
    before <- status("VmRSS")
    cat("5", file = "/proc/self/clear_refs")
    model <- lmer(formula, data)
    standard_errors(model)
    return(list(bytes = status("VmHWM") - before, data = as.numeric(object.size(data)),
                loglik = as.numeric(logLik(model))))
  }
  prepared <- if (task %in% c("kenward-roger", "profile")) lmer(formula, data)
  gc()
  start <- now()
  for (time in seq_len(job$times)) model <- once(task, formula, data, prepared)
  list(seconds = since(start) / job$times, loglik = as.numeric(logLik(model)))
}

once <- function(task, formula, data, prepared) {
  model <- prepared
  if (task == "fit") {
    model <- lmer(formula, data)
    standard_errors(model)
  } else if (task == "inference") {
    model <- lmerTest::lmer(formula, data)
    summary(model)
    ranef(model, condVar = TRUE)
  } else if (task == "kenward-roger") {
    kenward_roger(model)
  } else {
    confint(model, method = "profile", oldNames = FALSE, quiet = TRUE)
  }
  model
}

standard_errors <- function(model) {
  fixef(model)
  sqrt(diag(as.matrix(vcov(model))))
}

versions <- function() {
  packages <- c("lme4", "lmerTest", "pbkrtest", "Matrix")
  found <- Filter(function(package) requireNamespace(package, quietly = TRUE), packages)
  c(list(R = paste(R.version$major, R.version$minor, sep = "."),
         BLAS = basename(sessionInfo()$BLAS)),
    setNames(lapply(found, function(package) as.character(packageVersion(package))), found))
}

input <- file("stdin")
open(input)
loaded <- ""
while (length(line <- readLines(input, n = 1)) == 1) {
  message <- fromJSON(line, simplifyVector = FALSE)
  answer <- tryCatch({
    if (is.null(message$job)) {
      versions()
    } else {
      if (message$job != loaded) {
        job <- fromJSON(message$job, simplifyVector = FALSE)
        data <- read_frame(job$columns)
        loaded <- message$job
      }
      suppressMessages(suppressWarnings(run(job, data)))
    }
  }, error = function(problem) list(error = conditionMessage(problem)))
  cat("RESULT ", toJSON(answer, auto_unbox = TRUE, digits = NA), "\n", sep = "")
}
