;; The inner loop of tails.ts: which of the extensions that an occurrence can have does it support? Eight of them at a
;; time, in 16-bit lanes. `npm run build` assembles this into tails-module.ts.
;;
;; A block of state is 64 bytes: for eight tails the position behind the last occurrence counted (16 bits each, from
;; the base of the current stretch), occurrences counted in the stretch (16 bits), and before it (32 bits).
;; A list is the number of its entries, then for each the offset of a block and, for its eight tails, the distance from the
;; end of the occurrence to that of the tail, 0 where it cannot follow (8 bits each).
(module
  (memory (export "memory") 1)

  ;; Goes over occurrences: position of the end and of the latest start of each, all within 30,000 of base.
  (func (export "count")
    (param $ends i32) (param $starts i32) (param $behind i32) (param $lists i32) (param $state i32) (param $base i32)
    (local $end i32) (local $entry i32) (local $left i32) (local $block i32)
    (local $startBehind v128) (local $endBehind v128) (local $distance v128) (local $last v128) (local $taken v128)
    (block $none (br_if $none (i32.ge_u (local.get $ends) (local.get $behind)))
    (loop $occurrences
      (local.set $end (i32.load (local.get $ends)))
      (local.set $entry (i32.load (i32.add (local.get $lists) (i32.shl (local.get $end) (i32.const 2)))))
      (local.set $startBehind (i16x8.splat
        (i32.add (i32.sub (i32.load (local.get $starts)) (local.get $base)) (i32.const 1))))
      (local.set $endBehind (i16x8.splat (i32.add (i32.sub (local.get $end) (local.get $base)) (i32.const 1))))
      (local.set $left (i32.load (local.get $entry)))
      (local.set $entry (i32.add (local.get $entry) (i32.const 4)))
      (block $empty (br_if $empty (i32.eqz (local.get $left)))
      (loop $entries
        (local.set $block (i32.add (local.get $state) (i32.load (local.get $entry))))
        (local.set $distance (v128.load8x8_u offset=4 (local.get $entry)))
        (local.set $last (v128.load (local.get $block)))
        ;; Those that can follow and whose last occurrence ended before this one began.
        (local.set $taken (v128.and
          (i16x8.gt_s (local.get $startBehind) (local.get $last))
          (i16x8.gt_s (local.get $distance) (v128.const i32x4 0 0 0 0))))
        (v128.store (local.get $block) (v128.bitselect
          (i16x8.add (local.get $endBehind) (local.get $distance)) (local.get $last) (local.get $taken)))
        (v128.store offset=16 (local.get $block)
          (i16x8.sub (v128.load offset=16 (local.get $block)) (local.get $taken)))
        (local.set $entry (i32.add (local.get $entry) (i32.const 12)))
        (br_if $entries (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
      (local.set $starts (i32.add (local.get $starts) (i32.const 4)))
      (br_if $occurrences (i32.lt_u
        (local.tee $ends (i32.add (local.get $ends) (i32.const 4))) (local.get $behind))))))

  ;; Ends a stretch: adds what was counted to what was before, and moves the base by at most 32,767.
  (func (export "advance") (param $state i32) (param $behind i32) (param $distance i32)
    (local $counted v128)
    (block $none (br_if $none (i32.ge_u (local.get $state) (local.get $behind)))
    (loop $blocks
      (local.set $counted (v128.load offset=16 (local.get $state)))
      (v128.store offset=32 (local.get $state) (i32x4.add
        (v128.load offset=32 (local.get $state)) (i32x4.extend_low_i16x8_s (local.get $counted))))
      (v128.store offset=48 (local.get $state) (i32x4.add
        (v128.load offset=48 (local.get $state)) (i32x4.extend_high_i16x8_s (local.get $counted))))
      (v128.store offset=16 (local.get $state) (v128.const i32x4 0 0 0 0))
      (v128.store (local.get $state) (i16x8.sub_sat_s
        (v128.load (local.get $state)) (i16x8.splat (local.get $distance))))
      (br_if $blocks (i32.lt_u
        (local.tee $state (i32.add (local.get $state) (i32.const 64))) (local.get $behind)))))))
